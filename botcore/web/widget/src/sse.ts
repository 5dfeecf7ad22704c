// Reads a server-sent event stream from fetch, since EventSource can't send the Bearer header.

export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

/**
 * The events of `body`, in order, as the HTML standard splits them (9.2.6). Throws where nothing at all, not even
 * a comment, arrives for `silence` milliseconds: a dead connection doesn't always say so.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>, silence: number): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silence);
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split(/\r\n\r\n|\n\n|\r\r/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parse(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function parse(block: string): ServerEvent | null {
  const event: ServerEvent = { id: "", event: "message", data: "" };
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === "data") data.push(value ?? "");
    else if (field === "id" || field === "event") event[field] = value ?? "";
  }
  event.data = data.join("\n");
  return data.length ? event : null;
}

function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("silent")), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
