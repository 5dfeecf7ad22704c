// Draws displayed text. Everything that somebody wrote becomes a text node, never markup.
import { text } from "/texts.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  spoiler: "span",
  code: "code",
  pre: "pre",
  link: "a",
  mention: "span",
  quote: "blockquote",
  heading: "p",
  small: "p",
  item: "p",
};
const BLOCKS = new Set(["pre", "quote", "heading", "small", "item"]);

export function draw(marked) {
  const drawn = document.createDocumentFragment();
  marked.forEach((one, at) => {
    if (typeof one !== "string") return drawn.append(element(one));
    // A newline beside a block is how the block was written, not a line of its own.
    let words = one;
    if (isBlock(marked[at - 1])) words = words.replace(/^\n/, "");
    if (isBlock(marked[at + 1])) words = words.replace(/\n$/, "");
    drawn.append(words);
  });
  return drawn;
}

function isBlock(one) {
  return typeof one === "object" && BLOCKS.has(one.kind);
}

function element(mark) {
  const made = document.createElement(TAGS[mark.kind]);
  made.className = mark.kind;
  made.append(draw(mark.inside));
  if (mark.kind === "link") link(made, mark.value);
  if (mark.kind === "spoiler") spoiler(made);
  if (mark.kind === "heading") made.classList.add(`level-${mark.value}`);
  if (mark.kind === "pre") made.tabIndex = 0;
  if (mark.kind === "item") {
    const [depth, sign] = mark.value.split(" ");
    made.dataset.sign = sign;
    made.style.setProperty("--depth", depth);
  }
  return made;
}

function link(made, address) {
  if (!/^(https?|tg):\/\//i.test(address)) return;
  made.href = address;
  made.title = address;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
}

function spoiler(made) {
  const open = () => {
    made.classList.add("open");
    made.setAttribute("aria-pressed", "true");
  };
  made.setAttribute("role", "button");
  made.setAttribute("aria-pressed", "false");
  made.title = text("spoiler");
  made.tabIndex = 0;
  made.addEventListener("click", open);
  made.addEventListener("keydown", (event) => event.key === "Enter" && open());
}
