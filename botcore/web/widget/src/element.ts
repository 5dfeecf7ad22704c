// The element <botcore-chat>: a button with a panel over a page, or (mode="page") the page itself.
import { Client } from "./client";
import { accentStyle } from "./color";
import { Composer } from "./composer";
import { h, icon } from "./dom";
import { newId } from "./protocol";
import type { Draft, Failure } from "./protocol";
import { Store } from "./store";
import css from "./style.css";
import { type Translate, translator } from "./texts";
import { Transcript } from "./transcript";

/** Folder that this script was loaded from, which is where the server's interface stands. */
const HOME = document.currentScript instanceof HTMLScriptElement && document.currentScript.src;
const BANNER_AFTER = 1000;

export class BotcoreChat extends HTMLElement {
  private t!: Translate;
  private client!: Client;
  private store!: Store;
  private transcript!: Transcript;
  private composer!: Composer;
  private panel!: HTMLElement;
  private launcher!: HTMLButtonElement;
  private banner!: HTMLElement;
  private bannerTimer = 0;
  private unread = 0;
  private latest = "";
  private readonly leaving = new AbortController();

  connectedCallback(): void {
    if (this.shadowRoot) return;
    const base = new URL(".", new URL(this.dataset.server ? `${this.dataset.server.replace(/\/*$/, "")}/` : HOME || "./", location.href)).href;
    const locale = this.locale;
    this.t = translator(locale);
    this.lang = locale;
    this.store = new Store(`botcore-chat:${base}:`);
    this.transcript = new Transcript(this.t, base, locale, {
      say: (text) => this.say(text),
      edit: (draft) => this.composer.edit(draft),
      arrived: (id) => this.arrived(id),
    });
    this.composer = new Composer(
      this.t,
      { send: (draft) => this.send(draft), stop: () => void this.stop(), complain: (text) => this.transcript.notice(text, true) },
      `botcore-chat:${base}:draft`,
    );
    this.client = new Client(base, locale, this.dataset.name ?? "", this.store, this.handlers());
    this.draw();
    this.listen();
    for (const draft of this.store.outbox) this.transcript.pending(draft);
    if (this.filling || this.dataset.open === "true") this.open(false);
    else if (this.store.session) this.client.start();
  }

  disconnectedCallback(): void {
    this.client.close();
    this.leaving.abort();
  }

  /** Says `text` as the person, and opens the panel where it is closed. */
  say(text: string): void {
    this.open();
    this.send({ id: newId(), text, attachments: [], at: Date.now() / 1000 });
  }

  open(focus = true): void {
    this.client.start();
    this.panel.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.toggleAttribute("opened", true);
    this.unread = 0;
    if (this.latest) this.store.read = this.latest;
    this.badge();
    this.composer.fit();
    this.transcript.toEnd();
    if (focus) this.composer.field.focus();
  }

  close(): void {
    if (this.filling) return;
    this.panel.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.toggleAttribute("opened", false);
    this.launcher.focus();
  }

  private get filling(): boolean {
    return this.getAttribute("mode") === "page";
  }

  private get locale(): string {
    const wish = this.dataset.locale || navigator.language || "en";
    try {
      return Intl.getCanonicalLocales(wish)[0] ?? "en";
    } catch {
      return "en";
    }
  }

  private send(draft: Draft): void {
    this.transcript.pending(draft);
    this.client.send(draft);
  }

  private async stop(): Promise<void> {
    try {
      await this.client.stop();
    } catch {
      this.transcript.notice(this.t("stopFailed"), true);
    }
  }

  private handlers(): ConstructorParameters<typeof Client>[4] {
    const failed = ({ message, reference }: Failure) => {
      const tail = reference ? ` ${this.t("reference", { reference })}` : "";
      this.transcript.notice((message || this.t("failed")) + tail, true);
    };
    return {
      message: (message) => this.transcript.add(message),
      delta: (id, text, event, offset) => this.transcript.append(id, text, event, offset),
      typing: (on) => this.transcript.typing(on),
      state: (status) => this.state(status),
      failed,
      connected: (yes) => this.connected(yes),
      renewed: () => this.transcript.notice(this.t("renewed")),
      accepted: (id, serverId) => this.transcript.accepted(id, serverId),
      delayed: (id) => this.transcript.delayed(id),
      limited: (seconds) => this.transcript.notice(this.t("limited", { seconds: Math.ceil(seconds) })),
      rejected: (draft, failure) => this.transcript.rejected(draft, { ...failure, message: failure.message || this.t("failed") }),
    };
  }

  private state(status: string): void {
    this.composer.answering = status === "answering";
    if (status === "idle") this.transcript.typing(false);
  }

  /** A short break is not worth a word. */
  private connected(yes: boolean): void {
    clearTimeout(this.bannerTimer);
    if (yes) this.banner.hidden = true;
    else this.bannerTimer = window.setTimeout(() => (this.banner.hidden = false), BANNER_AFTER);
  }

  /** What the person has seen is marked, so that a page opened later counts only what came after. */
  private arrived(id: string): void {
    this.latest = id;
    if (!this.panel.hidden) this.store.read = id;
    this.unread = this.panel.hidden && id !== this.store.read ? this.unread + 1 : 0;
    this.badge();
  }

  private badge(): void {
    const label = this.unread ? this.t("openUnread", { count: this.unread }) : this.t("open");
    this.launcher.setAttribute("aria-label", label);
    this.launcher.dataset.unread = this.unread ? String(Math.min(this.unread, 99)) : "";
  }

  private draw(): void {
    const root = this.attachShadow({ mode: "open", delegatesFocus: false });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet, accentStyle(this.dataset.color)];
    if (this.dataset.position === "left") this.toggleAttribute("left", true);
    const title = this.dataset.title || this.t("title");
    this.launcher = h("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel" }, icon("chat"));
    this.launcher.addEventListener("click", () => (this.panel.hidden ? this.open() : this.close()));
    this.badge();
    this.banner = h("div", { class: "banner", role: "status", hidden: true }, h("span", {}, this.t("reconnecting")));
    this.banner.append(h("button", { type: "button", onclick: () => this.client.wake() }, this.t("tryNow")));
    this.panel = h("section", { class: "panel", id: "panel", "aria-label": title, hidden: !this.filling });
    if (!this.filling) this.panel.setAttribute("role", "dialog");
    this.panel.append(this.head(title), this.banner, this.transcript.element, this.composer.element);
    this.panel.append(h("div", { class: "drop", "aria-hidden": "true" }, this.t("drop")));
    root.append(...(this.filling ? [this.panel] : [this.panel, this.launcher]));
  }

  private head(title: string): HTMLElement {
    const close = h("button", { type: "button", class: "close", "aria-label": this.t("close"), title: this.t("close") }, icon("close"));
    close.addEventListener("click", () => this.close());
    const mark = h("span", { class: "mark" }, icon("chat"));
    const head = h("header", {}, mark, h(this.filling ? "h1" : "h2", {}, title), h("slot", { name: "head" }));
    if (!this.filling) head.append(close);
    return head;
  }

  private listen(): void {
    const { signal } = this.leaving;
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.close();
      if (event.key === "Tab") this.keepFocus(event);
    });
    this.addEventListener("click", (event) => {
      const said = event.target instanceof Element && event.target.closest<HTMLElement>("[data-say]");
      if (said) this.say(said.dataset.say || said.textContent?.trim() || "");
    });
    this.receiveDrops();
    window.addEventListener("beforeunload", (event) => this.store.fragile && event.preventDefault(), { signal });
    // The keyboard of a phone covers the page without changing its height everywhere; this is what is left of it.
    const view = window.visualViewport;
    const measure = () => this.style.setProperty("--seen", `${view?.height ?? innerHeight}px`);
    view?.addEventListener("resize", measure, { signal });
    measure();
    const narrow = matchMedia("(max-width: 480px)");
    const modal = () => {
      if (narrow.matches && !this.filling) this.panel.setAttribute("aria-modal", "true");
      else this.panel.removeAttribute("aria-modal");
    };
    narrow.addEventListener("change", modal, { signal });
    modal();
  }

  /** Where the panel covers the whole page, Tab goes round in it; beside a page it may leave. */
  private keepFocus(event: KeyboardEvent): void {
    if (!this.panel.hasAttribute("aria-modal")) return;
    const stops = [...this.panel.querySelectorAll<HTMLElement>("button, textarea, a[href], summary, [tabindex='0']")].filter(
      (stop) => stop.checkVisibility() && !(stop as HTMLButtonElement).disabled,
    );
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (this.shadowRoot?.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }

  private receiveDrops(): void {
    const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files");
    this.panel.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      this.panel.classList.add("dropping");
    });
    this.panel.addEventListener("dragleave", (event) => {
      if (!this.panel.contains(event.relatedTarget as Node | null)) this.panel.classList.remove("dropping");
    });
    this.panel.addEventListener("drop", (event) => {
      this.panel.classList.remove("dropping");
      if (!carries(event)) return;
      event.preventDefault();
      this.composer.take([...(event.dataTransfer?.files ?? [])]);
    });
  }
}
