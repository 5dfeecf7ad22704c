// A message body that may still grow. Blocks that can't change any more are left alone, so that a long answer costs
// no more for each word than a short one.
import { h, icon } from "./dom";
import { LONGEST, render, settledLines } from "./markdown";
import type { Translate } from "./texts";

export class Body {
  readonly element = h("div", { class: "text", dir: "auto" });
  private text = "";
  private settled = 0;
  private tail: Node[] = [];
  private references: Record<string, unknown> = {};
  private frame = 0;
  private cost = 0;
  private drawnAt = 0;

  constructor(
    private readonly t: Translate,
    private readonly drawn: () => void,
  ) {}

  get content(): string {
    return this.text;
  }

  /** `offset` says where `more` stands; a turn that is done again after a crash writes over what it said before. */
  grow(more: string, offset = this.text.length): void {
    if (offset < this.text.length) this.finish(this.text.slice(0, offset));
    this.text += more;
    this.frame ||= requestAnimationFrame(this.draw);
  }

  /** The whole text at once. Link definitions may come last, so everything is drawn anew. */
  finish(text: string): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.text = text;
    this.settled = 0;
    this.references = {};
    this.tail = [];
    this.element.replaceChildren(this.nodes(text));
  }

  private readonly draw = (): void => {
    const now = performance.now();
    // A block that takes long to draw is drawn less often: at most a quarter of the time goes into it.
    if (now - this.drawnAt < this.cost * 3) {
      this.frame = requestAnimationFrame(this.draw);
      return;
    }
    this.frame = 0;
    this.settle();
    const fresh = this.nodes(this.text.slice(this.settled));
    const nodes = [...fresh.childNodes];
    for (const node of this.tail) node.parentNode?.removeChild(node);
    this.element.append(fresh);
    this.tail = nodes;
    this.drawnAt = performance.now();
    this.cost = this.drawnAt - now;
    this.drawn();
  };

  private settle(): void {
    const rest = this.text.slice(this.settled);
    if (this.text.length > LONGEST) return;
    const lines = settledLines(rest);
    if (lines === 0) return;
    const done = rest.split("\n", lines).join("\n") + "\n";
    for (const node of this.tail) node.parentNode?.removeChild(node);
    this.tail = [];
    this.element.append(this.nodes(done));
    this.settled += done.length;
  }

  private nodes(text: string): DocumentFragment {
    if (this.text.length > LONGEST) {
      const plain = document.createDocumentFragment();
      plain.append(h("p", { class: "plain" }, text));
      return plain;
    }
    const nodes = render(text, this.references);
    for (const pre of nodes.querySelectorAll("pre")) this.frameCode(pre);
    for (const table of nodes.querySelectorAll("table")) {
      const scroller = h("div", { class: "table", tabindex: "0" });
      table.replaceWith(scroller);
      scroller.append(table);
    }
    return nodes;
  }

  private frameCode(pre: HTMLPreElement): void {
    const name = /language-(\S+)/.exec(pre.firstElementChild?.className ?? "")?.[1] ?? this.t("code");
    const copy = h("button", { type: "button", class: "copy" }, icon("copy"), h("span", {}, this.t("copy")));
    copy.addEventListener("click", () => void this.copy(copy, pre));
    const frame = h("div", { class: "code", dir: "ltr" }, h("div", { class: "bar" }, h("span", {}, name), copy));
    pre.replaceWith(frame);
    pre.tabIndex = 0;
    frame.append(pre);
  }

  private async copy(button: HTMLElement, pre: HTMLElement): Promise<void> {
    await copyText(pre.textContent ?? "");
    button.replaceChildren(icon("check"), h("span", { role: "status" }, this.t("copied")));
    setTimeout(() => button.replaceChildren(icon("copy"), h("span", {}, this.t("copy"))), 2000);
  }
}

/** The clipboard interface is missing on pages without TLS; the old command works there. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea");
    field.style.cssText = "position:fixed;opacity:0";
    field.value = text;
    const before = document.activeElement;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
