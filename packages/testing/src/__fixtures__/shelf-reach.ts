/** What of the made-up service reaches beyond operations: requests that are passed on, and signed webhooks. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Forwarder, IntegrationError, VendorError, type WebhookReceipt, type WebhookRequest } from '@im/core';
import type { ShelfContext } from './shelf.ts';

/** Where it can be broken. */
export interface ReachChange {
  /** Passes the caller's credentials on. */
  readonly trusts?: boolean;
  /** Asks for any URL. */
  readonly roams?: boolean;
  /** Keeps the vendor's errors to itself. */
  readonly hides?: boolean;
}

export function createForwarder({ options, onClose }: ShelfContext, change: ReachChange = {}): Forwarder {
  const agent = new Agent({ keepAlive: true });
  onClose(() => agent.destroy());
  const ask = (method: string, path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(new URL(path, options.baseUrl), { method, agent, headers, signal })
        .once('response', resolve)
        .once('error', reject)
        .end();
    });
  return {
    forward: async ({ method, path, headers }, call) => {
      if (!change.roams && /^\w+:/.test(path)) throw new VendorError({ sent: false, code: 'invalid_argument' });
      const basic = Buffer.from(`${options.clientId}:${options.clientSecret.reveal()}`).toString('base64');
      const issued = await ask('POST', '/token', { authorization: `Basic ${basic}` }, call.signal);
      const said = await buffer(issued);
      const token = issued.statusCode === 200 ? JSON.parse(said.toString()).access_token : '';
      call.markSent();
      const answer =
        issued.statusCode === 200
          ? await ask(method, path, { authorization: `Bearer ${token}`, ...(change.trusts && { cookie: headers?.cookie ?? '' }) }, call.signal)
          : issued;
      const bytes = answer === issued ? said : await buffer(answer);
      const given = {
        status: answer.statusCode ?? 0,
        headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const),
        body: (async function* () { yield bytes; })(),
        [Symbol.asyncDispose]: async () => undefined,
      };
      if (given.status < 400) return given;
      throw new VendorError({ status: given.status, sent: true, answer: change.hides ? undefined : given });
    },
  };
}

const sign = (body: Uint8Array, key: string) => createHmac('sha256', key).update(body).digest();

/** A webhook of one event, signed by `key`. */
export function signedWebhook(key: string): WebhookRequest {
  const body = Buffer.from(JSON.stringify({ id: 'event-1', type: 'book.lent' }));
  const headers = { 'x-shelf-signature': sign(body, key).toString('hex') };
  return { method: 'POST', url: 'https://hub.test/webhooks/shelf', headers, body };
}

export function readShelfWebhook({ headers, body }: WebhookRequest, key: string): WebhookReceipt {
  const given = Buffer.from(headers['x-shelf-signature'] ?? '', 'hex');
  const right = sign(body, key);
  if (given.length !== right.length || !timingSafeEqual(given, right))
    throw new IntegrationError('the signature is wrong', { code: 'unauthenticated' });
  const data = JSON.parse(Buffer.from(body).toString()) as { id: string; type: string };
  return { events: [{ id: data.id, type: data.type, data }] };
}
