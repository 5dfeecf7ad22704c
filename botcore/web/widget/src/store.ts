// What must outlive a reload: the session and the messages that the server has not accepted yet.
import type { Draft } from "./protocol";

export interface Session {
  session: string;
  token: string;
}

/** One per server. A browser that forbids or fills its storage leaves everything working until the page closes. */
export class Store {
  private readonly drafts = new Map<string, Draft>();
  private current: Session | null = null;

  constructor(private readonly prefix: string) {
    for (const key of this.keys()) {
      const draft = parse<Draft>(this.get(key));
      if (draft?.id && Array.isArray(draft.attachments)) this.drafts.set(draft.id, draft);
    }
  }

  /** Another tab may have renewed it: the stored one counts, the remembered one stands in where storage is closed. */
  get session(): Session | null {
    const stored = parse<Session>(this.get(this.prefix + "session"));
    return stored?.token ? stored : this.current;
  }

  set session(session: Session | null) {
    this.current = session;
    this.write(this.prefix + "session", session && JSON.stringify(session));
  }

  /** Id of the last message that the person has seen. */
  get read(): string {
    return this.get(this.prefix + "read") ?? "";
  }

  set read(id: string) {
    this.write(this.prefix + "read", id);
  }

  /** Unsent messages, oldest first. */
  get outbox(): Draft[] {
    return [...this.drafts.values()].sort((a, b) => a.at - b.at);
  }

  /** A key for each message, so that tabs never write over each other's. */
  keep(draft: Draft): void {
    this.drafts.set(draft.id, draft);
    this.write(this.prefix + "out:" + draft.id, JSON.stringify(draft));
  }

  drop(id: string): void {
    this.drafts.delete(id);
    this.write(this.prefix + "out:" + id, null);
  }

  /** Whether closing the page now would lose a message. */
  get fragile(): boolean {
    return this.outbox.some((draft) => this.get(this.prefix + "out:" + draft.id) === null);
  }

  private keys(): string[] {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix + "out:"));
    } catch {
      return [];
    }
  }

  private get(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  private write(key: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // Full or forbidden: the copy in memory stands in.
    }
  }
}

function parse<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}
