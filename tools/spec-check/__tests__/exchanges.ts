/** Exchanges for tests, and what a description finds wrong with them. */
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Description } from '../description.ts';
import { Documents } from '../documents.ts';
import { loadFormats, readDescription } from '../formats.ts';
import { judge, type Verdict } from '../judge.ts';
import type { Exchange } from '../recording.ts';

const formats = await loadFormats();

/** One exchange: `GET /path`, and what differs from an empty request that was answered with nothing. */
export interface Sent {
  /** `PUT /bucket/key?acl` */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown;
  /** Absent: it was not answered. */
  readonly status?: number;
  readonly answerHeaders?: Readonly<Record<string, string>>;
  readonly answer?: unknown;
}

/** As the fakes record it. */
export function toExchange(sent: Sent): Exchange {
  const [method = '', ...target] = sent.request.split(' ');
  return {
    method,
    target: target.join(' '),
    requestHeaders: sent.headers ?? {},
    requestBody: toBytes(sent.body),
    status: sent.status,
    responseHeaders: sent.answerHeaders ?? {},
    responseBody: toBytes(sent.answer),
  };
}

/** The verdict of one description on exchanges. */
export function verdictOn(description: Description, ...all: readonly Sent[]): Promise<Verdict> {
  return judge({ provider: 'test', descriptions: [description] }, all.map(toExchange));
}

/** What is wrong with one exchange, a line each: `PutObject request body: is required`. */
export async function wrongWith(description: Description, sent: Sent): Promise<string[]> {
  const { violations } = await verdictOn(description, sent);
  return violations.map(({ operation, side, place, says }) => `${operation} ${side} ${place}: ${says}`);
}

/** The operation that a request is taken for. */
export async function operationOf(description: Description, sent: Sent): Promise<string | undefined> {
  const { unexercised } = await verdictOn(description, { status: 200, ...sent });
  return description.operations.find(({ id }) => !unexercised.includes(id))?.id;
}

/** A published description, by its path below the folder that `IM_SPECS` names. */
export function published(name: string): Description {
  return readDescription(join(process.env.IM_SPECS ?? '', name), new Documents(), formats);
}

/** The same as it is written. */
export function publishedDocument(name: string): unknown {
  return new Documents().load(join(process.env.IM_SPECS ?? '', name));
}

/**
 * Registers a suite that runs on published descriptions. Where `IM_SPECS` is not set it is skipped with a line that says
 * so; in CI it must be set.
 */
export function describeSpecs(title: string, suite: () => void): void {
  if (process.env.IM_SPECS !== undefined) describe(title, suite);
  else if (process.env.CI === 'true')
    it(`${title}: IM_SPECS must be set in CI`, () => Promise.reject(new Error('IM_SPECS is not set')));
  else
    describe.skip(`${title}: skipped, IM_SPECS is not set`, () =>
      void it('runs on published descriptions', () => {}));
}

function toBytes(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  return body instanceof Uint8Array
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
