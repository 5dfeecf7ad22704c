// One message in the conversation, from the first word or the first try to send it to its final form.
import { h, icon } from "./dom";
import { Body } from "./growing";
import { safeLink, secureLink } from "./markdown";
import type { Attachment, Draft, Message, Role, Source } from "./protocol";
import type { Translate } from "./texts";

type Delivery = "sending" | "waiting" | "sent" | "rejected";
const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

export class Entry {
  readonly element: HTMLElement;
  final = false;
  /** Id of the message that this one answers, once that is known. */
  answers = "";
  private readonly body: Body;
  private readonly foot = h("div", { class: "foot" });
  private readonly extras = h("div", { class: "extras" });
  private choices: HTMLElement | null = null;
  /** Ids of the events that made it grow, so that a repeated one adds nothing. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly role: Role,
    private readonly t: Translate,
    private readonly base: string,
    private readonly locale: string,
    private readonly say: (text: string) => void,
    drawn: () => void,
  ) {
    this.body = new Body(t, drawn);
    const who = t(role === "user" ? "you" : role === "human" ? "human" : "bot");
    this.element = h("article", { class: `entry ${role}`, "aria-label": who });
    const bubble = h("div", { class: "bubble" }, h("span", { class: "unseen" }, `${who}: `));
    if (role === "human") bubble.append(h("span", { class: "who" }, who));
    bubble.append(this.body.element, this.extras);
    this.element.append(bubble, this.foot);
  }

  get growing(): boolean {
    return this.seen.size > 0 && !this.final;
  }

  /** What a screen reader says once the answer stands. */
  get spoken(): string {
    const copy = this.element.querySelector(".bubble")?.cloneNode(true) as HTMLElement;
    for (const bar of copy.querySelectorAll(".bar, .sources")) bar.remove();
    return (copy.textContent ?? "").trim();
  }

  grow(text: string, event: string, offset?: number): boolean {
    if (this.final || this.seen.has(event)) return false;
    this.seen.add(event || `without id ${this.seen.size}`);
    this.element.setAttribute("aria-live", "off");
    this.element.setAttribute("aria-busy", "true");
    this.element.classList.add("growing");
    this.body.grow(text, offset);
    return true;
  }

  draft(draft: Draft): void {
    this.plain(draft.text);
    this.attach(draft.attachments);
    this.mark("sending");
  }

  finish(message: Message): void {
    this.final = true;
    this.answers = message.in_reply_to ?? "";
    this.element.classList.remove("growing", "sending", "waiting", "rejected");
    this.element.removeAttribute("aria-busy");
    if (this.role === "user") this.plain(message.text);
    else this.body.finish(message.text);
    this.body.element.hidden = !message.text;
    // The echo of one's own message only names its files; what is shown already says more.
    if (message.attachments?.length && !this.extras.hasChildNodes()) this.attach(message.attachments);
    if (message.sources?.length) this.extras.append(this.sourceList(message.sources));
    this.stamp(message);
    if (message.buttons?.length) this.offer(message.buttons);
    this.seen.clear();
  }

  mark(delivery: Delivery, reason = "", edit?: () => void): void {
    if (this.final && delivery !== "rejected") return;
    this.element.classList.remove("sending", "waiting", "rejected");
    if (delivery === "sent") return this.foot.replaceChildren();
    this.element.classList.add(delivery);
    const words = reason ? `${this.t(delivery)}: ${reason}` : this.t(delivery);
    this.foot.replaceChildren(h("span", { role: delivery === "rejected" ? "alert" : "none" }, words));
    if (edit) this.foot.append(h("button", { type: "button", class: "link", onclick: edit }, this.t("edit")));
  }

  dropChoices(): void {
    this.choices?.remove();
    this.choices = null;
  }

  private plain(text: string): void {
    this.body.element.replaceChildren(h("p", { class: "plain" }, text));
    this.body.element.hidden = !text;
  }

  private stamp(message: Message): void {
    this.foot.replaceChildren();
    if (message.incomplete) {
      this.element.classList.add("incomplete");
      this.foot.append(h("span", { class: "cut" }, this.t("incomplete")));
    }
    if (!message.at) return;
    const at = new Date(message.at * 1000);
    const today = at.toDateString() === new Date().toDateString();
    const style: Intl.DateTimeFormatOptions = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    this.foot.append(h("time", { datetime: at.toISOString() }, new Intl.DateTimeFormat(this.locale, style).format(at)));
  }

  private offer(buttons: string[]): void {
    this.choices = h("div", { class: "choices", role: "group", "aria-label": this.t("choices") });
    for (const text of buttons) {
      this.choices.append(h("button", { type: "button", dir: "auto", onclick: () => this.say(text) }, text));
    }
    this.element.append(this.choices);
  }

  private attach(attachments: Attachment[]): void {
    this.extras.replaceChildren(...attachments.map((attachment) => this.attachment(attachment)));
  }

  private attachment(attachment: Attachment): HTMLElement {
    const { name, media_type: type, data, url, alt } = attachment;
    const address = data ? `data:${PICTURE.test(type) ? type : "application/octet-stream"};base64,${data}` : this.own(url);
    if (PICTURE.test(type) && address && (data || address.startsWith(new URL(this.base).origin + "/"))) {
      return h("img", { class: "picture", src: address, alt: alt || name });
    }
    const words = [icon("file"), h("span", { dir: "auto" }, alt || name)];
    if (data) return h("a", { class: "file", href: address, download: name }, ...words);
    const link = h("a", { class: "file", href: address }, ...words);
    secureLink(link);
    return link;
  }

  /** An address of the server may be written without its host. */
  private own(url: string | undefined): string {
    if (!url) return "";
    try {
      return safeLink(new URL(url, this.base).href) ?? "";
    } catch {
      return "";
    }
  }

  private sourceList(sources: Source[]): HTMLElement {
    const items = sources.map(({ title, uri, snippet }) => {
      const target = safeLink(uri);
      const head = target ? h("a", { href: target }, title || uri) : h("span", {}, title || uri);
      if (target) secureLink(head);
      const item = h("li", { dir: "auto" }, head);
      if (snippet) item.append(h("p", {}, snippet));
      return item;
    });
    const summary = h("summary", {}, this.t("sources", { count: sources.length }));
    return h("details", { class: "sources" }, summary, h("ol", {}, ...items));
  }
}
