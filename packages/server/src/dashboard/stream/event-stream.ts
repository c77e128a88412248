/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from an async iterator, at the pace
 * of the reader.
 *
 * A message is asked for only when the reader has taken the one before, so at most one is in memory for each. A reader that
 * leaves one untaken for `slowMs` is cut off; it may come again and go on where it was. While there is nothing to say a
 * comment goes out every `heartbeatMs`, so that proxies keep the connection and the reader notices when it is gone. After
 * `mostMs` the stream ends and the reader comes again: then it is looked at anew whether it still may.
 */
import type { Clock } from '@im/core';

/** One message. */
export interface Message {
  readonly event: string;
  /** Sent back as `Last-Event-ID` by a reader that comes again. */
  readonly id?: string | undefined;
  /** Sent as JSON. */
  readonly data: unknown;
}

/** How a stream is kept. */
export interface StreamOptions {
  readonly clock: Clock;
  /** Milliseconds of silence between two comments. Default 5 000. */
  readonly heartbeatMs?: number | undefined;
  /** Milliseconds in which a message must be taken. Default 10 000. */
  readonly slowMs?: number | undefined;
  /** Milliseconds that a stream lasts at most. Default 5 minutes. */
  readonly mostMs?: number | undefined;
  /** Milliseconds after which a reader whose stream ended comes again. Default 2 000. */
  readonly retryMs?: number | undefined;
  /** Cuts off a reader that is too slow. Default: the stream fails. */
  readonly cut?: (() => void) | undefined;
  /** Called once, whoever ended it. */
  readonly onEnd?: (() => void) | undefined;
}

/** Headers of every stream. Its connection has no use afterwards and must not hold up a hub that stops; nginx must not collect it. */
export const streamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  connection: 'close',
  'x-accel-buffering': 'no',
};

const beat = Symbol('beat');

/** Sends what `messages` gives until it ends, fails, or the reader leaves; its `return` is called in each case. */
export function eventStream(
  messages: AsyncIterator<Message, unknown>,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  const {
    clock,
    heartbeatMs = 5_000,
    slowMs = 10_000,
    mostMs = 300_000,
    retryMs = 2_000,
    onEnd = () => {},
  } = options;
  const endsAt = clock.now() + mostMs;
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<Message, unknown>> | undefined;
  let cancelSlow = () => {};
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    cancelSlow();
    onEnd();
    messages.return?.().catch(() => {});
  };
  const nextOrBeat = async () => {
    next ??= messages.next();
    let cancelBeat = () => {};
    const silence = new Promise<typeof beat>((resolve) => {
      cancelBeat = clock.schedule(heartbeatMs, () => resolve(beat), { background: true });
    });
    try {
      return await Promise.race([next, silence]);
    } finally {
      cancelBeat();
    }
  };

  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${retryMs}\n\n`)),
      async pull(controller) {
        cancelSlow();
        try {
          const given = await nextOrBeat();
          if (ended) return;
          if (given !== beat) next = undefined;
          if (clock.now() >= endsAt || (given !== beat && given.done === true)) {
            end();
            return controller.close();
          }
          controller.enqueue(
            encoder.encode(given === beat ? ': still here\n\n' : toText(given.value as Message)),
          );
          cancelSlow = clock.schedule(
            slowMs,
            () => {
              end();
              if (options.cut === undefined) controller.error(new Error('the reader is too slow'));
              else options.cut();
            },
            { background: true },
          );
        } catch (error) {
          end();
          throw error;
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}

/** JSON has no line breaks, so the data is one line. */
function toText({ event, id, data }: Message): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
