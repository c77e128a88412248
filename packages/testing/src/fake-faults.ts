/** Faults: when a rule strikes, and what each kind does to an answer on the socket. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Clock, sleep } from '@im/core';
import type { Fault, FaultRule } from './fake-server.ts';
import { keepSilent } from './silence.ts';

/** An answer with everything decided: names of headers in lower case, the body as bytes. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What sending needs beside the answer. */
export interface Sending {
  readonly response: ServerResponse;
  readonly clock: Clock;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** Told just before a head goes out. */
  readonly onHead?: ((answer: Answer) => void) | undefined;
}

/** Rules with their counts. */
export class FaultRules {
  #rules: { readonly rule: FaultRule; seen: number; struck: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, seen: 0, struck: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault that strikes this request, counted as struck. */
  strike(method: string, path: string): Fault | undefined {
    for (const entry of this.#rules) {
      const { fault, after = 0, every = 1, times = 1 } = entry.rule;
      if (!applies(entry.rule, method, path)) continue;
      entry.seen += 1;
      const due = entry.seen > after && (entry.seen - after - 1) % every === 0;
      if (!due || entry.struck >= times) continue;
      entry.struck += 1;
      return fault;
    }
    return undefined;
  }
}

function applies(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== method) return false;
  if (rule.path === undefined) return true;
  return typeof rule.path === 'string' ? rule.path === path : path.search(rule.path) >= 0;
}

/** `retry-after` of RFC 9110 §10.2.3; a date is rounded up, so that obeying it never comes early. */
export function retryAfterHeader(
  retryAfter: NonNullable<Extract<Fault, { kind: 'status' }>['retryAfter']>,
  clock: Clock,
): string {
  return 'seconds' in retryAfter
    ? String(retryAfter.seconds)
    : new Date(Math.ceil((clock.now() + retryAfter.dateInMs) / 1000) * 1000).toUTCString();
}

/** Sends `answer` as the fault would have it. Gives what went out, or `undefined` when nothing did. */
export async function send(
  answer: Answer,
  fault: Fault | undefined,
  sending: Sending,
): Promise<Answer | undefined> {
  switch (fault?.kind) {
    case 'latency':
      await keepSilent(() => sleep(sending.clock, fault.delayMs, sending.signal));
      return sendWhole(answer, sending);
    case 'cut':
      return fault.when === 'body' ? sendHalf(answer, sending, cut) : cut(sending);
    case 'truncate':
      return sendHalf(answer, sending, hangUp);
    case 'slow-body':
      return sendSlowly(answer, fault, sending);
    case 'content-type':
      return sendWhole(
        { ...answer, headers: { ...answer.headers, 'content-type': fault.value ?? 'text/html' } },
        sending,
      );
    default:
      return sendWhole(answer, sending);
  }
}

/** The connection breaks: the client sees a reset. */
export function cut({ response }: Sending): undefined {
  response.socket?.resetAndDestroy();
}

/** The connection ends in order: the client sees its end. */
function hangUp({ response }: Sending): undefined {
  response.socket?.end();
}

function writeHead(answer: Answer, { response, onHead }: Sending): boolean {
  const { status, headers, body } = answer;
  onHead?.(answer);
  const bodyless = status === 204 || status === 304 || response.req.method === 'HEAD';
  const length = status === 204 ? {} : { 'content-length': String(body.length) };
  response.sendDate = false;
  response.writeHead(status, { ...length, ...headers });
  return !bodyless && body.length > 0;
}

function sendWhole(answer: Answer, sending: Sending): Answer {
  const hasBody = writeHead(answer, sending);
  sending.response.end(hasBody ? answer.body : undefined);
  return hasBody ? answer : { ...answer, body: new Uint8Array() };
}

async function sendHalf(
  answer: Answer,
  sending: Sending,
  then: (sending: Sending) => undefined,
): Promise<Answer> {
  const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
  const { response } = sending;
  if (writeHead(answer, sending)) {
    response.flushHeaders();
    if (half.length > 0) await new Promise<void>((resolve) => response.write(half, () => resolve()));
  } else {
    // No body to stop in: stop in the head.
    await new Promise<void>((resolve) => {
      if (response.socket) response.socket.write(`HTTP/1.1 ${answer.status} `, () => resolve());
      else resolve();
    });
  }
  then(sending);
  return { ...answer, body: half };
}

async function sendSlowly(
  answer: Answer,
  fault: Extract<Fault, { kind: 'slow-body' }>,
  sending: Sending,
): Promise<Answer> {
  const { response, clock, signal } = sending;
  if (!writeHead(answer, sending)) {
    response.end();
    return { ...answer, body: new Uint8Array() };
  }
  response.flushHeaders();
  for (let at = 0; at < answer.body.length; at += fault.chunkBytes) {
    await keepSilent(() => sleep(clock, fault.delayMs, signal));
    if (!response.write(answer.body.subarray(at, at + fault.chunkBytes)))
      await once(response, 'drain', { signal });
  }
  response.end();
  return answer;
}
