/**
 * The two sides of a request that is passed on. On a socket, headers and bytes go straight from one connection to the other; the objects of
 * the Fetch API would cost more than all the rest. Without a socket, where the hub is mounted elsewhere, they are what there is.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ReadableStream } from 'node:stream/web';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { ForwardAnswer } from '@im/core';
import type { Context } from 'hono';
import { giveTime } from '../listener.ts';
import type { HubEnv } from './context.ts';

/** Headers of an answer: a name that occurs twice has an array. */
export type AnswerHeaders = Readonly<Record<string, string | string[]>>;

/** One request on its way. */
export interface Passage {
  /** Of the request; names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  /** Sends an answer back, and lets it go. @returns what the route returns */
  send(answer: ForwardAnswer, headers: AnswerHeaders): Promise<Response>;
}

/** A vendor may take longer than a page of the hub: the policies of the integration end it. */
const time = { idleMs: 10 * 60_000 };

/** Answers of at most so many bytes are sent in one piece. */
const smallBytes = 64 * 1024;

/** The passage of a request. */
export function passageOf({ env, req }: Context<HubEnv>): Passage {
  const { incoming, outgoing } = (env ?? {}) as Partial<HttpBindings>;
  return incoming === undefined || outgoing === undefined ? byFetch(req.raw) : onSocket(incoming, outgoing);
}

function onSocket({ headers, method }: IncomingMessage, outgoing: ServerResponse): Passage {
  giveTime(outgoing, time);
  const leaving = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) leaving.abort(new DOMException('the caller went away', 'AbortError'));
  });
  return {
    headers,
    signal: leaving.signal,
    send: async (answer, shown) => {
      await using _ = answer;
      const { status, body, bytes } = answer;
      outgoing.writeHead(status, shown as Record<string, string>);
      try {
        if (isEmpty(status, method)) outgoing.end();
        else if (bytes !== undefined && Number(shown['content-length'] ?? Number.NaN) <= smallBytes)
          outgoing.end(await bytes(smallBytes));
        else {
          for await (const piece of body) if (!outgoing.write(piece)) await drained(outgoing);
          outgoing.end();
        }
      } catch (error) {
        // The status is out: a cut is all that can be told.
        outgoing.destroy(error instanceof Error ? error : undefined);
      }
      return RESPONSE_ALREADY_SENT;
    },
  };
}

/** When there is room again, or nobody to write to. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (outgoing.destroyed) return resolve();
    const go = () => {
      outgoing.off('drain', go).off('close', go);
      resolve();
    };
    outgoing.once('drain', go).once('close', go);
  });
}

function byFetch({ headers, method, signal }: Request): Passage {
  return {
    headers: Object.fromEntries(headers),
    signal,
    send: async (answer, shown) => {
      const { status } = answer;
      const init = {
        status,
        headers: Object.entries(shown).flatMap(([name, values]) =>
          [values].flat().map((value): [string, string] => [name, value]),
        ),
      };
      if (!isEmpty(status, method)) return new Response(streamOf(piecesOf(answer)), init);
      await answer[Symbol.asyncDispose]();
      return new Response(null, init);
    },
  };
}

/** Answers without a body (RFC 9110 §6.4.1). */
function isEmpty(status: number, method: string | undefined): boolean {
  return method === 'HEAD' || status === 204 || status === 205 || status === 304;
}

/** `Response` and the streams of `node:stream/web` are the same at work, and not by their types. */
const streamOf = (pieces: AsyncIterable<Uint8Array>) =>
  ReadableStream.from(pieces) as unknown as ConstructorParameters<typeof Response>[0];

/** The body; the answer is let go at its end, and when the caller goes away before. */
async function* piecesOf(answer: ForwardAnswer): AsyncGenerator<Uint8Array, void, undefined> {
  await using _ = answer;
  yield* answer.body;
}
