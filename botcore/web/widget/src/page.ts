// What the bot's own page needs besides the chat, so that it works without a script of its own.
import { copyText } from "./growing";
import { language, translator } from "./texts";

/** Shows the page in the person's language, and the line that puts this chat on another site. */
export function furnish(locale: string): void {
  // The page around the chat is written in two languages; the chat speaks more.
  document.documentElement.lang = language(locale) === "zh" ? "zh" : "en";
  const t = translator(locale);
  const line = `<script src="${new URL("widget.js", location.href).href}" async></script>`;
  for (const place of document.querySelectorAll("[data-embed]")) place.textContent = line;
  for (const button of document.querySelectorAll<HTMLElement>("[data-copy-embed]")) {
    button.textContent = t("copy");
    button.addEventListener("click", () => {
      void copyText(line).then(() => (button.textContent = t("copied")));
      setTimeout(() => (button.textContent = t("copy")), 2000);
    });
  }
}
