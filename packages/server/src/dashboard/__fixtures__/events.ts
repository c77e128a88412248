/** Reads a stream of server-sent events, message by message. */

/** A message as a browser sees it. */
export interface Received {
  readonly event: string;
  readonly id?: string;
  readonly data: any;
}

/** Messages of a stream. `next` waits for one; comments and `retry` are told apart. */
export function readEvents(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  const comments: string[] = [];
  const raw = async (): Promise<string | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        return block;
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  };
  return {
    comments,
    /** The next message; `undefined` at the end. */
    async next(): Promise<Received | undefined> {
      for (;;) {
        const block = await raw();
        if (block === undefined) return undefined;
        const fields = Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
        if ('event' in fields) return { event: fields.event as string, ...(fields.id === undefined ? {} : { id: fields.id }), data: JSON.parse(fields.data ?? 'null') };
        comments.push(block);
      }
    },
    leave: () => reader.cancel(),
  };
}
