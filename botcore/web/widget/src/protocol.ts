// What goes over the wire, as the HTTP interface of botcore defines it.

export type Role = "user" | "assistant" | "human";

export interface Attachment {
  name: string;
  media_type: string;
  /** base64; either this or `url` is there. */
  data?: string;
  url?: string;
  alt?: string;
}

export interface Source {
  title: string;
  uri: string;
  snippet?: string;
}

export interface Message {
  id: string;
  text: string;
  role: Role;
  in_reply_to?: string;
  buttons?: string[];
  attachments?: Attachment[];
  sources?: Source[];
  incomplete?: boolean;
  /** Unix seconds. */
  at?: number;
}

/** A message of the person on its way to the server. The same `id` again is the same message. */
export interface Draft {
  id: string;
  text: string;
  attachments: Attachment[];
  /** Unix seconds. */
  at: number;
}

/** What the server says when it refuses: a sentence for the person, and what a team needs to find the case. */
export interface Failure {
  code: string;
  message: string;
  reference?: string;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly failure: Failure,
    /** Seconds to wait, or 0 where the server names none. */
    readonly retryAfter: number,
  ) {
    super(failure.message);
  }

  static async from(response: Response): Promise<Refused> {
    const body: unknown = await response.json().catch(() => null);
    const error = (body as { error?: Partial<Failure> } | null)?.error ?? {};
    const failure = { ...error, code: error.code ?? String(response.status), message: error.message ?? "" };
    return new Refused(response.status, failure, seconds(response.headers.get("Retry-After")));
  }
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function seconds(header: string | null): number {
  if (!header) return 0;
  const number = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(number) ? Math.min(Math.max(number, 0), 3600) : 0;
}

/** crypto.randomUUID is missing on pages without TLS, where a bot in a local network may well live. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
