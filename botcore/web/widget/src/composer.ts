// Where the person writes.
import { h, icon } from "./dom";
import { Files } from "./files";
import { type Draft, newId } from "./protocol";
import type { Translate } from "./texts";

/** Characters; longer texts are for files. */
const LONGEST = 20_000;

export interface Wishes {
  send(draft: Draft): void;
  stop(): void;
  complain(text: string): void;
}

export class Composer {
  readonly element: HTMLFormElement;
  readonly field: HTMLTextAreaElement;
  private readonly files: Files;
  private readonly sendButton: HTMLButtonElement;
  private readonly stopButton: HTMLButtonElement;

  constructor(
    private readonly t: Translate,
    private readonly wishes: Wishes,
    /** Key of the text in progress, which a reload of the tab keeps. */
    private readonly memory: string,
  ) {
    this.files = new Files(t, wishes.complain, () => this.changed());
    this.field = h("textarea", { rows: "1", dir: "auto", placeholder: t("placeholder"), "aria-label": t("placeholder") });
    this.field.title = t("hint");
    this.field.enterKeyHint = "send";
    this.sendButton = h("button", { type: "submit", class: "send", "aria-label": t("send"), title: t("send") }, icon("send"));
    this.stopButton = this.button("stop", "stop", () => wishes.stop());
    this.stopButton.hidden = true;
    const attach = this.button("attach", "attach", () => this.files.input.click());
    const row = h("div", { class: "row" }, attach, this.field, this.stopButton, this.sendButton);
    this.element = h("form", { class: "composer" }, this.files.element, row, this.files.input);
    this.listen();
    this.field.value = recall(memory);
    this.changed();
  }

  set answering(yes: boolean) {
    // A hidden button can't keep the focus: it would fall to the page.
    if (!yes && this.stopButton.matches(":focus")) this.field.focus();
    this.stopButton.hidden = !yes;
  }

  take(files: Iterable<File>): void {
    void this.files.take(files);
    this.field.focus();
  }

  /** Puts a refused message back, before what has been written since. */
  edit(draft: Draft): void {
    this.field.value = [draft.text, this.field.value].filter(Boolean).join("\n");
    this.files.attachments = [...draft.attachments, ...this.files.attachments];
    this.changed();
    this.field.focus();
  }

  /** The field grows with its text; the style sheet has the bound. */
  fit(): void {
    this.field.style.height = "auto";
    if (this.field.scrollHeight) this.field.style.height = `${this.field.scrollHeight}px`;
  }

  private button(name: "stop" | "attach", key: "stop" | "attach", onclick: () => void): HTMLButtonElement {
    return h("button", { type: "button", class: name, "aria-label": this.t(key), title: this.t(key), onclick }, icon(name));
  }

  private listen(): void {
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => {
      // While an input method composes, Enter chooses a character.
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key !== "Enter" || event.shiftKey || composing) return;
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener("paste", (event) => {
      const files = event.clipboardData?.files;
      if (!files?.length) return;
      event.preventDefault();
      this.take([...files]);
    });
    this.files.input.addEventListener("removed", () => this.field.focus());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  private submit(): void {
    const text = this.field.value.trim();
    if (!text && !this.files.attachments.length) return;
    if ([...text].length > LONGEST) return this.wishes.complain(this.t("tooLong", { limit: LONGEST }));
    this.wishes.send({ id: newId(), text, attachments: this.files.attachments, at: Date.now() / 1000 });
    this.field.value = "";
    this.files.attachments = [];
    this.field.focus();
  }

  private changed(): void {
    remember(this.memory, this.field.value);
    this.sendButton.disabled = !this.field.value.trim() && !this.files.attachments.length;
    this.fit();
  }
}

function recall(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function remember(key: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch {
    // Full or forbidden: the text lives as long as the page.
  }
}
