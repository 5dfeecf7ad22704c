// The files that the person has chosen for the next message.
import { h, icon } from "./dom";
import type { Attachment } from "./protocol";
import type { Translate } from "./texts";

export const MOST = 5;
/** Together; the server takes 10 MiB of base64 and text. */
export const MEGABYTES = 7;

interface Chosen {
  attachment: Attachment;
  size: number;
}

export class Files {
  readonly element = h("ul", { class: "chosen", hidden: true });
  readonly input = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
  private chosen: Chosen[] = [];

  constructor(
    private readonly t: Translate,
    private readonly complain: (text: string) => void,
    private readonly changed: () => void,
  ) {
    this.element.setAttribute("aria-label", t("attached"));
    this.input.addEventListener("change", () => {
      // Emptying the field empties its list of files too.
      const files = [...(this.input.files ?? [])];
      this.input.value = "";
      void this.take(files);
    });
  }

  get attachments(): Attachment[] {
    return this.chosen.map(({ attachment }) => attachment);
  }

  set attachments(attachments: Attachment[]) {
    this.chosen = attachments.map((attachment) => ({ attachment, size: ((attachment.data?.length ?? 0) * 3) / 4 }));
    this.show();
  }

  async take(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      const problem = await this.add(file);
      if (problem) this.complain(problem);
    }
    this.show();
  }

  private async add(file: File): Promise<string> {
    const { name, size } = file;
    const total = this.chosen.reduce((sum, one) => sum + one.size, size);
    if (this.chosen.length >= MOST) return this.t("tooMany", { name, limit: MOST });
    if (total > MEGABYTES * 1024 * 1024) return this.t("tooBig", { name, limit: MEGABYTES });
    try {
      const data = await base64(file);
      this.chosen.push({ attachment: { name: name.replace(/\p{Cc}/gu, " ").slice(-255) || "file", media_type: file.type || "application/octet-stream", data }, size });
      return "";
    } catch {
      return this.t("unreadable", { name });
    }
  }

  private show(): void {
    this.element.hidden = this.chosen.length === 0;
    this.element.replaceChildren(...this.chosen.map((one) => this.chip(one)));
    this.changed();
  }

  private chip(one: Chosen): HTMLElement {
    const { name, media_type: type, data } = one.attachment;
    const picture = /^image\/(png|jpeg|gif|webp)$/.test(type);
    const remove = h("button", { type: "button", "aria-label": this.t("remove", { name }) }, icon("close"));
    remove.addEventListener("click", () => {
      this.chosen = this.chosen.filter((other) => other !== one);
      this.show();
      this.input.dispatchEvent(new CustomEvent("removed", { bubbles: true }));
    });
    const look = picture ? h("img", { src: `data:${type};base64,${data}`, alt: "" }) : icon("file");
    return h("li", {}, look, h("span", { dir: "auto" }, name), remove);
  }
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,?/, ""));
    reader.readAsDataURL(file);
  });
}
