// Markdown of a model or a document becomes nodes that can do nothing but be read. Two walls: markdown-it makes no
// HTML of its own from the text, and DOMPurify lets through only what is named here.
import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";

/** Parsing time grows faster than the text for some hostile texts; longer ones are shown as they are. */
export const LONGEST = 100_000;

const TAGS = "a blockquote br code del em h3 hr img li ol p pre s strong table tbody td th thead tr ul".split(" ");
const ATTRIBUTES = ["alt", "class", "href", "src", "start", "title"];
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[a-z0-9+/=\s]*$/i;
const LINK = /^(https?|mailto):/i;

const parser = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: 40 });
// `README.md` is a file, not a host in Moldova.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

// A message is no document: its headings all stand one level below the title of the chat, and differ in size.
parser.core.ruler.push("chat", (state) => {
  for (const token of state.tokens) {
    if (token.type === "heading_open" || token.type === "heading_close") {
      if (token.nesting === 1) token.attrSet("class", `size${token.tag.slice(1)}`);
      token.tag = "h3";
    }
    const alignment = /text-align:(\w+)/.exec(String(token.attrGet("style") ?? ""))?.[1];
    if (alignment) token.attrs = [["class", alignment]];
  }
});

// An image from elsewhere would tell its host who reads, and what an injected address carries: it becomes a link.
parser.renderer.rules.image = (tokens, index) => {
  const token = tokens[index];
  const source = String(token?.attrGet("src") ?? "");
  const label = escape(token?.content || hostOf(source));
  if (PICTURE.test(source)) return `<img src="${escape(source)}" alt="${label}">`;
  return LINK.test(source) ? `<a href="${escape(source)}">${label}</a>` : label;
};

const purifier = DOMPurify(window);
purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") secureLink(node);
  if (node.tagName === "IMG" && !PICTURE.test(node.getAttribute("src") ?? "")) node.remove();
});

/** Where `address` may lead from a chat: the web or mail, written in full. Null for everything else. */
export function safeLink(address: string): string | null {
  try {
    const url = new URL(address);
    return LINK.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function secureLink(node: Element): void {
  const target = safeLink(node.getAttribute("href") ?? "");
  if (!target) {
    node.removeAttribute("href");
    return;
  }
  node.setAttribute("href", target);
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
  // The words of a link may claim another address than its own.
  if (!node.getAttribute("title") && node.textContent !== target) node.setAttribute("title", target);
}

/** The nodes that show `text`. Link definitions collected in `references` hold for later calls with the same one. */
export function render(text: string, references: Record<string, unknown> = {}): DocumentFragment {
  return purifier.sanitize(parser.render(text, references), {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

/** Line on which the last but one block of `text` begins: what stands before can't change as the text grows. */
export function settledLines(text: string): number {
  const starts = parser
    .parse(text, {})
    .filter((token) => token.level === 0 && token.nesting >= 0 && token.map)
    .map((token) => token.map?.[0] ?? 0);
  return starts.at(-2) ?? 0;
}

function escape(text: string): string {
  return parser.utils.escapeHtml(text);
}

function hostOf(address: string): string {
  return safeLink(address) ? new URL(address).host : "";
}
