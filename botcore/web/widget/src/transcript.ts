// The conversation as it is seen and heard: one entry for each message id, in the order in which they appeared.
import { h, icon } from "./dom";
import { Entry } from "./entry";
import type { Draft, Failure, Message } from "./protocol";
import type { Translate } from "./texts";

export interface Wishes {
  say(text: string): void;
  edit(draft: Draft): void;
  /** Something of the bot or the team has come to its end. */
  arrived(id: string): void;
}

/** The end counts as reached within so many pixels: a person rarely scrolls to the very last one. */
const NEAR = 48;
const WRITING_FOR = 90_000;

export class Transcript {
  private readonly log = h("div", { class: "log", role: "log", "aria-live": "off", tabindex: "-1" });
  private readonly dots: HTMLElement;
  private readonly jump: HTMLButtonElement;
  /** Finished answers are read out from here, whole; the log itself is silent about their growing. */
  private readonly spoken = h("div", { class: "unseen", role: "status" });
  readonly scroller: HTMLElement;
  readonly element: HTMLElement;
  private readonly entries = new Map<string, Entry>();
  private following = true;
  private top = 0;
  private writing = 0;
  private settledTimer = 0;

  constructor(
    private readonly t: Translate,
    private readonly base: string,
    private readonly locale: string,
    private readonly wishes: Wishes,
  ) {
    this.log.setAttribute("aria-label", t("log"));
    const points = ["", "", ""].map(() => h("i"));
    this.dots = h("div", { class: "typing", hidden: true }, h("span", { class: "unseen" }, t("typing")), ...points);
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() });
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": t("log") });
    const column = h("div", { class: "column" }, h("slot", { name: "welcome" }), this.log, this.dots);
    this.scroller.append(column);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    const watcher = new ResizeObserver(() => this.follow());
    watcher.observe(this.scroller);
    watcher.observe(column);
    this.element = h("div", { class: "transcript" }, this.scroller, this.jump, this.spoken);
  }

  /** A whole message, new or the end of one that grew. The same one again changes nothing. */
  add(message: Message): void {
    const known = this.entries.get(message.id);
    if (known?.final || (!known && isEmpty(message))) return;
    const entry = known ?? this.create(message.id, message.role);
    const grew = entry.growing;
    entry.finish(message);
    this.order(message);
    if (message.role !== "user") this.heard(message, grew);
    else if (!known) this.dropChoices();
    this.moved(message.role !== "user");
  }

  /** A message of the person that the server has not confirmed yet. */
  pending(draft: Draft): void {
    if (this.entries.has(draft.id)) return;
    const entry = this.create(draft.id, "user");
    entry.draft(draft);
    this.dropChoices();
    this.following = true;
    this.moved(false);
  }

  append(id: string, text: string, event: string, offset?: number): void {
    const entry = this.entries.get(id) ?? this.create(id, "assistant");
    if (entry.grow(text, event, offset)) this.typing(false);
  }

  accepted(id: string, serverId: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    entry.mark("sent");
    if (serverId === id) return;
    // The echo may have come first, under the server's own id.
    if (this.entries.has(serverId)) entry.element.remove();
    else this.entries.set(serverId, entry);
    this.entries.delete(id);
  }

  delayed(id: string): void {
    this.entries.get(id)?.mark("waiting");
  }

  rejected(draft: Draft, failure: Failure): void {
    this.entries.get(draft.id)?.mark("rejected", failure.message, () => {
      this.entries.get(draft.id)?.element.remove();
      this.entries.delete(draft.id);
      this.wishes.edit(draft);
    });
    this.moved(false);
  }

  typing(on: boolean): void {
    clearTimeout(this.writing);
    this.dots.hidden = !on;
    // The word that it stopped may have been lost with the connection.
    if (on) this.writing = window.setTimeout(() => this.typing(false), WRITING_FOR);
    this.follow();
  }

  notice(text: string, urgent = false): void {
    if (this.log.lastElementChild?.matches(".notice") && this.log.lastElementChild.textContent === text) return;
    const notice = h("p", { class: urgent ? "notice urgent" : "notice", role: urgent ? "alert" : "status", dir: "auto" });
    this.log.append(notice);
    notice.textContent = text;
    this.follow();
  }

  toEnd(): void {
    this.following = true;
    this.follow();
    if (this.jump.matches(":focus")) this.scroller.focus();
    this.jump.hidden = true;
  }

  private create(id: string, role: Message["role"]): Entry {
    const entry = new Entry(role, this.t, this.base, this.locale, this.wishes.say, () => this.moved(false));
    this.entries.set(id, entry);
    this.log.append(entry.element);
    return entry;
  }

  /** A quick answer may overtake the echo of its question, which is shown before it all the same. */
  private order(message: Message): void {
    const entry = this.entries.get(message.id);
    const question = message.role === "user" ? entry : this.entries.get(message.in_reply_to ?? "");
    const answers = message.role === "user" ? [...this.entries.values()].filter((one) => one.answers === message.id) : [entry];
    for (const answer of answers) {
      if (!question || !answer) continue;
      const late = answer.element.compareDocumentPosition(question.element) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (late) answer.element.before(question.element);
    }
  }

  private heard(message: Message, grew: boolean): void {
    this.typing(false);
    this.dropChoices(this.entries.get(message.id));
    if (grew) this.spoken.textContent = this.entries.get(message.id)?.spoken ?? "";
    this.wishes.arrived(message.id);
    this.settleHistory();
  }

  /** What the server replays at the start is not read out: the log speaks once it has been quiet for a moment. */
  private settleHistory(): void {
    if (this.log.getAttribute("aria-live") === "polite") return;
    clearTimeout(this.settledTimer);
    this.settledTimer = window.setTimeout(() => this.log.setAttribute("aria-live", "polite"), 400);
  }

  private dropChoices(but?: Entry): void {
    for (const entry of this.entries.values()) if (entry !== but) entry.dropChoices();
  }

  private moved(news: boolean): void {
    if (this.following) this.follow();
    else if (this.atEnd() === false) this.offer(news);
  }

  private offer(news: boolean): void {
    if (this.jump.hidden || news) {
      this.jump.replaceChildren(icon("down"), h("span", {}, this.t(news ? "jump" : "jumpDown")));
    }
    this.jump.hidden = false;
  }

  /** Before the person has said something, the welcome stays in sight. */
  private follow(): void {
    if (this.following && this.log.querySelector(".user")) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  private atEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  private scrolled(): void {
    // Only a person scrolls up; a keyboard or a new line moves the end away from a place that stays.
    const top = this.scroller.scrollTop;
    this.following = this.atEnd() || (this.following && top >= this.top);
    this.top = top;
    if (this.following) this.jump.hidden = true;
    else this.offer(false);
  }
}

/** A turn that has nothing to say ends with such a message. */
function isEmpty({ text, attachments = [], buttons = [], sources = [] }: Message): boolean {
  return !text && !attachments.length && !buttons.length && !sources.length;
}
