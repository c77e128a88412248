/**
 * A made-up HTTP service and its integration, written on `node:http` alone, so that the suite is tried on something
 * that shares no code with `@im/http`. `createShelf(change)` breaks it in one place, to prove that a case notices.
 */
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  type Call,
  defineIntegration,
  idempotent,
  type IntegrationContext,
  keyed,
  pages,
  read,
  secret,
  unsafe,
  VendorError,
  type WebhookRequest,
} from '@im/core';
import { z } from 'zod';
import { createForwarder, type ReachChange, readShelfWebhook, signedWebhook } from './shelf-reach.ts';

export const shelfOptions = z.strictObject({
  baseUrl: z.string().default('https://api.shelf.test'),
  clientId: z.string(),
  clientSecret: secret(),
});

export type ShelfContext = IntegrationContext<z.output<typeof shelfOptions>>;

/** A request of the integration. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request with the tenant's token and gives the JSON of the answer. */
export type Asker = (ask: Ask, call: Call) => Promise<unknown>;

/** Where an integration can be broken. */
export interface ShelfChange {
  readonly definition?: Readonly<Record<string, unknown>>;
  /** Runs when it connects. */
  readonly onConnect?: (context: ShelfContext) => void;
  /** In place of what sends one request. */
  readonly send?: (standard: Sender) => Sender;
  /** In place of what adds the token. */
  readonly asker?: (standard: Asker, context: ShelfContext) => Asker;
  readonly operations?: (standard: ReturnType<typeof shelfOperations> & { readonly readWebhook: ReturnType<typeof webhookReader> }, ask: Asker, context: ShelfContext) => object;
  /** Breaks what reaches beyond operations. */
  readonly reach?: ReachChange;
  /** Whether it forgets to close its connections. */
  readonly leaves?: boolean;
}

type Sender = (context: ShelfContext, agent: Agent, ask: Ask, call: Call) => Promise<unknown>;

const wireBook = z.object({ id: z.string(), title: z.string() });
const wireBooks = z.object({ items: z.array(wireBook), total: z.number() });

/** One request, without a token. */
export const send: Sender = async ({ options }, agent, { method, path, json, headers }, call) => {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const request = httpRequest(new URL(path, options.baseUrl), {
      method,
      agent,
      headers: { ...type, ...headers },
      signal: call.signal,
    });
    request.once('response', resolve).once('error', reject);
    call.markSent();
    request.end(body);
  }).catch((error: unknown) => broken(error, call));
  const said = await text(answer).catch((error: unknown) => broken(error, call));
  const reader = { get: (name: string) => answer.headers[name]?.toString() };
  call.observe(reader);
  const status = answer.statusCode ?? 0;
  const requestId = reader.get('x-request-id');
  if (status >= 400) throw new VendorError({ status, requestId, headers: reader, sent: true });
  if (said === '') return undefined;
  try {
    return JSON.parse(said) as unknown;
  } catch {
    throw new VendorError({ status, requestId, code: 'internal', says: 'the answer is not JSON', sent: true });
  }
};

function broken(error: unknown, call: Call): never {
  call.signal.throwIfAborted();
  throw new VendorError({ reason: (error as NodeJS.ErrnoException).code, sent: true }, { cause: error });
}

/** Checks an answer; what does not fit is not printed. */
function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { success, data } = schema.safeParse(value);
  if (success) return data;
  throw new VendorError({ code: 'internal', says: 'the answer is not what was promised', sent: true });
}

/** Adds the token, and renews it once when it was refused; what is unsafe is not sent again. */
function withToken(context: ShelfContext, agent: Agent, sender: Sender): Asker {
  const { clientId, clientSecret } = context.options;
  let token: string | undefined;
  const renew = async (call: Call) => {
    const basic = Buffer.from(`${clientId}:${clientSecret.reveal()}`).toString('base64');
    const ask = { method: 'POST', path: '/token', headers: { authorization: `Basic ${basic}` } };
    const answer = await sender(context, agent, ask, call);
    return checked(z.object({ access_token: z.string() }), answer).access_token;
  };
  const ask: Asker = async (asked, call) => {
    token ??= await renew(call);
    return sender(context, agent, { ...asked, headers: { ...asked.headers, authorization: `Bearer ${token}` } }, call);
  };
  return async (asked, call) => {
    try {
      return await ask(asked, call);
    } catch (error) {
      const expired = error instanceof VendorError && error.failure.status === 401;
      if (expired) token = undefined;
      if (!expired || call.effect === 'unsafe') throw error;
      return ask(asked, call);
    }
  };
}

export function shelfOperations(ask: Asker) {
  return {
    listBooks: pages(
      read(async (call: Call) => {
        const { cursor = '0', pageSize = 20 } = call;
        const offset = Number(cursor);
        const answer = await ask({ method: 'GET', path: `/books?offset=${offset}&limit=${pageSize}` }, call);
        const { items, total } = checked(wireBooks, answer);
        const end = offset + items.length;
        return { items, total, next: end < total ? String(end) : undefined };
      }),
    ),
    getBook: read(async (id: string, call: Call) => checked(wireBook, await ask({ method: 'GET', path: `/books/${id}` }, call))),
    putBook: idempotent(async (id: string, title: string, call: Call) => checked(wireBook, await ask({ method: 'PUT', path: `/books/${id}`, json: { title } }, call))),
    addBook: unsafe(async (title: string, call: Call) => checked(wireBook, await ask({ method: 'POST', path: '/books', json: { title } }, call))),
    lend: keyed(async (id: string, call: Call) => {
      const headers = { 'idempotency-key': String(call.idempotencyKey) };
      return checked(z.object({ loan: z.string() }), await ask({ method: 'POST', path: '/loans', json: { id }, headers }, call));
    }),
  };
}

const webhookReader = (key: () => string) =>
  read(async (request: WebhookRequest, _call: Call) => readShelfWebhook(request, key()));

/** The integration, broken by `change` where it says so. */
export function createShelf(change: ShelfChange = {}) {
  const definition = defineIntegration({
    id: 'shelf',
    title: 'Shelf',
    category: 'example',
    contract: 1,
    docs: 'https://shelf.test/docs',
    options: shelfOptions,
    egress: ['api.shelf.test'],
    errors: {
      docs: 'https://shelf.test/docs/errors',
      rows: [{ status: 409, code: 'already_exists', says: 'the book is lent', remedy: 'wait until it is back' }],
    },
    connect: (context) => {
      const agent = new Agent({ keepAlive: true });
      if (change.leaves !== true) context.onClose(() => agent.destroy());
      const standard = withToken(context, agent, change.send?.(send) ?? send);
      const ask = change.asker?.(standard, context) ?? standard;
      const key = context.options.clientSecret;
      const operations = { ...shelfOperations(ask), readWebhook: webhookReader(() => key.reveal()) };
      return (change.operations?.(operations, ask, context) ?? operations) as typeof operations;
    },
    check: (api, call) => api.getBook('1', call),
    forward: (context) => createForwarder(context, change.reach),
    webhook: (api, request, call) => api.readWebhook(request, call),
  });
  // Laid over what was checked already, since a broken one would not pass.
  const { onConnect } = change;
  const connect: typeof definition.connect = (context) => {
    onConnect?.(context);
    return definition.connect(context);
  };
  return { ...definition, connect, ...(change.definition as object) };
}

/** The integration as it should be. */
export const shelf = createShelf();
