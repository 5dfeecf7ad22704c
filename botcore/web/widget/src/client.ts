// Talks with the server: one session, one event stream, one message on its way at a time. Nothing that the person
// said is dropped before the server has accepted it, and nothing that the server said is shown twice.
import type { Draft, Failure, Message } from "./protocol";
import { Refused } from "./protocol";
import type { ServerEvent } from "./sse";
import { readEvents } from "./sse";
import type { Session, Store } from "./store";

export interface Handlers {
  message(message: Message): void;
  /** `event` is the id of the event, so that a repeated one can be told from the next. */
  delta(id: string, text: string, event: string, offset?: number): void;
  typing(on: boolean): void;
  state(status: string): void;
  failed(failure: Failure): void;
  connected(yes: boolean): void;
  /** The earlier session was refused and a new one has begun. */
  renewed(): void;
  /** The server has the message, under this id from now on. */
  accepted(id: string, serverId: string): void;
  /** The message is kept and goes out later. */
  delayed(id: string): void;
  /** The person writes too fast for the server; it takes the next message in so many seconds. */
  limited(seconds: number): void;
  rejected(draft: Draft, failure: Failure): void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** The server sends a comment every 15 s where it has nothing to say. */
const SILENCE = 60_000;
const POST_DEADLINE = 120_000;
/** A hidden page gives its connection back, since a browser has only six for one host over HTTP/1.1. */
const HIDDEN_FOR = 60_000;

export class Client {
  private readonly closing = new AbortController();
  private stream: AbortController | null = null;
  private lastEventId = "";
  private opening: Promise<Session> | null = null;
  private renewedAt = -Infinity;
  private readonly sleepers = new Set<() => void>();
  private delivering = false;
  private started = false;

  constructor(
    private readonly base: string,
    private readonly locale: string,
    private readonly name: string,
    private readonly store: Store,
    private readonly handlers: Handlers,
  ) {}

  start(): void {
    if (this.started) return;
    this.started = true;
    const { signal } = this.closing;
    window.addEventListener("online", () => this.wake(), { signal });
    document.addEventListener("visibilitychange", () => this.visibility(), { signal });
    void this.listen();
    void this.deliver();
  }

  close(): void {
    this.closing.abort();
    this.stream?.abort();
    this.wake();
  }

  /** Try again now instead of at the end of the wait. */
  wake(): void {
    for (const sleeper of [...this.sleepers]) sleeper();
  }

  send(draft: Draft): void {
    this.store.keep(draft);
    void this.deliver();
  }

  async stop(): Promise<void> {
    const session = await this.session();
    const response = await this.request("api/v1/stop", session, { method: "POST" });
    if (!response.ok) throw await Refused.from(response);
  }

  private async listen(): Promise<void> {
    let attempt = 0;
    while (!this.closing.signal.aborted) {
      let wait = 0;
      try {
        for await (const event of this.events()) {
          attempt = 0;
          this.take(event);
        }
      } catch (error) {
        wait = waitOf(error);
      }
      if (this.closing.signal.aborted) return;
      if (document.hidden && this.stream?.signal.aborted) await this.shown();
      else {
        this.handlers.connected(false);
        await this.sleep(backoff(attempt++, wait));
      }
    }
  }

  private async *events(): AsyncGenerator<ServerEvent> {
    const session = await this.session();
    this.stream = new AbortController();
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.lastEventId) headers["Last-Event-ID"] = this.lastEventId;
    const response = await this.request("api/v1/events", session, { headers, signal: this.stream.signal, cache: "no-store" });
    if (response.status === 401) return this.renew(session);
    // An id that this server can't read would be refused for ever; from the start, everything shown is skipped.
    if (response.status === 400) this.lastEventId = "";
    if (!response.ok || !response.body) throw await Refused.from(response);
    this.handlers.connected(true);
    yield* readEvents(response.body, SILENCE);
  }

  private take({ id, event, data }: ServerEvent): void {
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(data) as Record<string, unknown>;
    } catch {
      return;
    }
    if (id) this.lastEventId = id;
    if (event === "message") this.heard(body as unknown as Message);
    else if (event === "delta") this.grown(body, id);
    else if (event === "typing") this.handlers.typing(Boolean(body.on));
    else if (event === "state") this.handlers.state(String(body.status));
    else if (event === "error") this.handlers.failed((body.error ?? body) as Failure);
  }

  private grown(body: Record<string, unknown>, event: string): void {
    const offset = typeof body.offset === "number" ? body.offset : undefined;
    this.handlers.delta(String(body.id), String(body.text ?? ""), event, offset);
  }

  private heard(message: Message): void {
    if (message.role === "user") this.store.drop(message.id);
    this.handlers.message(message);
  }

  /** Sends what waits, oldest first, until nothing waits. */
  private async deliver(): Promise<void> {
    if (this.delivering) return;
    this.delivering = true;
    let attempt = 0;
    for (;;) {
      const draft = this.store.outbox[0];
      if (!draft || this.closing.signal.aborted) break;
      const seconds = await this.post(draft).catch(waitOf);
      attempt = seconds < 0 ? 0 : attempt + 1;
      if (seconds < 0) continue;
      this.handlers.delayed(draft.id);
      await this.sleep(backoff(attempt - 1, seconds));
    }
    this.delivering = false;
  }

  /** Below 0 where the message is done with, else the seconds that the server asks to wait (0: it names none). */
  private async post(draft: Draft): Promise<number> {
    const session = await this.session();
    const { id, text, attachments } = draft;
    const response = await this.request("api/v1/messages", session, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, text, attachments }),
      signal: AbortSignal.timeout(POST_DEADLINE),
    });
    if (response.status === 401) {
      this.renew(session);
      return 0;
    }
    if (response.ok) {
      const body = (await response.json().catch(() => ({}))) as { id?: string };
      this.store.drop(id);
      this.handlers.accepted(id, body.id ?? id);
      return -1;
    }
    const refused = await Refused.from(response);
    if (response.status === 429) this.handlers.limited(refused.retryAfter || 1);
    if (response.status === 429 || response.status === 408 || response.status >= 500) return refused.retryAfter;
    this.store.drop(id);
    this.handlers.rejected(draft, refused.failure);
    return -1;
  }

  private session(): Promise<Session> {
    const kept = this.store.session;
    if (kept) return Promise.resolve(kept);
    this.opening ??= this.open().finally(() => (this.opening = null));
    return this.opening;
  }

  private async open(): Promise<Session> {
    const body = { locale: this.locale, ...(this.name && { name: this.name }) };
    const response = await this.request("api/v1/sessions", null, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw await Refused.from(response);
    const session = (await response.json()) as Session;
    this.store.session = session;
    return session;
  }

  /** The server doesn't know `refused` any more. Another tab, or the other loop, may have renewed it already. */
  private renew(refused: Session): void {
    if (this.store.session?.token === refused.token) this.store.session = null;
    this.lastEventId = "";
    this.stream?.abort();
    // A server that refuses even a fresh session is not asked for one after the other: the loops wait first.
    if (performance.now() - this.renewedAt > 10_000) {
      this.renewedAt = performance.now();
      this.handlers.renewed();
      this.wake();
    }
  }

  private request(path: string, session: Session | null, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (session) headers.set("Authorization", `Bearer ${session.token}`);
    return fetch(new URL(path, this.base), { ...init, headers, credentials: "omit" });
  }

  private visibility(): void {
    if (!document.hidden) return this.wake();
    setTimeout(() => {
      if (document.hidden) this.stream?.abort();
    }, HIDDEN_FOR);
  }

  private shown(): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        if (document.hidden && !this.closing.signal.aborted) return;
        document.removeEventListener("visibilitychange", go);
        resolve();
      };
      document.addEventListener("visibilitychange", go);
      this.closing.signal.addEventListener("abort", go);
    });
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.sleepers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.sleepers.add(done);
    });
  }
}

function waitOf(error: unknown): number {
  return error instanceof Refused ? error.retryAfter : 0;
}

/** Milliseconds: what the server asked for, else doubling, spread so that many browsers don't come back at once. */
function backoff(attempt: number, seconds: number): number {
  const longest = Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT);
  return seconds ? seconds * 1000 + Math.random() * 250 : longest * (0.5 + Math.random() / 2);
}
