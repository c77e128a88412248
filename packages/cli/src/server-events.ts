/**
 * Server-sent events, read by the rules of the HTML standard, §9.2.6:
 *
 * 1. lines end with CR LF, LF or CR; a line that begins with a colon is a comment;
 * 2. `data` lines of one event are joined by line feeds, `id` is remembered over events, `event` names its type;
 * 3. an empty line ends an event, which counts only when it has data; what is unfinished at the end is dropped.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation | HTML standard}
 */

/** One event. */
export interface ServerEvent {
  /** Default `message`. */
  readonly type: string;
  readonly data: string;
  /** The latest that was sent, to go on there. */
  readonly id: string | undefined;
}

/** Longest line that is kept in memory, in UTF-16 units. */
const longestLine = 1_048_576;

/** Reads events as they come. @throws RangeError for a line of more than a mebibyte; what the stream throws */
export async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  let [type, id] = ['', undefined as string | undefined];
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { type: type || 'message', data: data.join('\n'), id };
      [type, data] = ['', []];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') type = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the very end may be half of a line break.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new RangeError('a line of the event stream is too long');
    yield* lines;
  }
  if (rest.endsWith('\r')) yield rest.slice(0, -1);
}
