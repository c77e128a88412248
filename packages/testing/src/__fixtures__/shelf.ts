/**
 * A made-up HTTP service and its integration, written on `node:http` alone, so that the suite is tried on something
 * that shares no code with `@im/http`. `createShelf(change)` breaks it in one place, to prove that a case notices.
 */
import { createHmac } from 'node:crypto';
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
import type { FakeRequest, FakeResponse } from '../fake-server.ts';
import type { Harness, ProviderFake, StartFakeOptions } from '../harness.ts';
import { startFakeServer } from '../start-fake-server.ts';
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

/** Where a fake can be broken. */
export interface ShelfFakeChange {
  readonly books?: number;
  /** In place of the options. */
  readonly options?: (options: z.input<typeof shelfOptions>, tenant: string) => z.input<typeof shelfOptions>;
  /** Leaves this route out. */
  readonly without?: string;
}

/** Starts the service's fake. */
export async function startShelfFake(
  { clock }: StartFakeOptions,
  change: ShelfFakeChange = {},
): Promise<ProviderFake<typeof shelf>> {
  const tokens = new Map<string, string>();
  const shelves = new Map<string, Map<string, string>>();
  const loans = new Map<string, string>();
  let issued = 0;

  const tenantOf = ({ headers }: FakeRequest) => tokens.get(headers.authorization ?? '');
  const booksOf = (request: FakeRequest) => {
    const tenant = tenantOf(request) ?? '';
    const books = shelves.get(tenant) ?? new Map(Array.from({ length: change.books ?? 5 }, (_, index) => [String(index + 1), `Book ${index + 1}`]));
    shelves.set(tenant, books);
    return books;
  };
  const book = (id: string, title: string | undefined): FakeResponse =>
    title === undefined ? { status: 404 } : { json: { id, title, shelfmark: `QA ${id}` } };

  const routes = {
    'POST /token': ({ headers }: FakeRequest): FakeResponse => {
      const tenant = basicTenant(headers.authorization ?? '') ?? assertedTenant(headers['x-assertion'] ?? '');
      if (tenant === undefined) return { status: 401 };
      issued += 1;
      const token = `shelf-token-${tenant}-${issued}-7b1d`;
      tokens.set(`Bearer ${token}`, tenant);
      return { json: { access_token: token, expires_in: 3600 } };
    },
    'GET /books': (request: FakeRequest): FakeResponse => {
      const all = [...booksOf(request)].map(([id, title]) => ({ id, title }));
      const offset = Number(request.query.get('offset'));
      return { json: { items: all.slice(offset, offset + Number(request.query.get('limit'))), total: all.length } };
    },
    'GET /books/:id': (request: FakeRequest) => book(String(request.params.id), booksOf(request).get(String(request.params.id))),
    'PUT /books/:id': (request: FakeRequest) => {
      const { title } = request.json() as { title: string };
      booksOf(request).set(String(request.params.id), title);
      return book(String(request.params.id), title);
    },
    'POST /books': (request: FakeRequest) => {
      const { title } = request.json() as { title: string };
      const id = String(booksOf(request).size + 1);
      booksOf(request).set(id, title);
      return { ...book(id, title), status: 201 };
    },
    'POST /loans': (request: FakeRequest): FakeResponse => {
      const key = request.headers['idempotency-key'] ?? '';
      loans.set(key, loans.get(key) ?? `loan-${loans.size + 1}`);
      return { status: 201, json: { loan: loans.get(key) } };
    },
  };
  const server = await startFakeServer({
    name: 'shelf',
    clock,
    routes: Object.fromEntries(Object.entries(routes).filter(([route]) => route !== change.without)),
    before: (request) => (request.path === '/token' || tenantOf(request) !== undefined ? undefined : { status: 401 }),
    faultBody: (status) => ({ json: { error: { status } } }),
    expireTokens: () => tokens.clear(),
  });
  return {
    ...server,
    options: (tenant = 'tenant_a') => {
      const options = { baseUrl: server.url, clientId: `shelf-client-${tenant}`, clientSecret: secretFor(tenant) };
      return change.options?.(options, tenant) ?? options;
    },
  };
}

function basicTenant(authorization: string): string | undefined {
  const [id = '', secretOf = ''] = Buffer.from(authorization.slice(6), 'base64').toString().split(':');
  const tenant = id.replace('shelf-client-', '');
  return secretOf === secretFor(tenant) ? tenant : undefined;
}

/** A signed assertion in place of the secret, as RFC 7523 has it: what says who asks can be read by decoding alone. */
export function assertion(clientId: string, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256' })}.${part({ iss: clientId })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function assertedTenant(given: string): string | undefined {
  const { iss } = JSON.parse(Buffer.from(given.split('.')[1] ?? '', 'base64url').toString() || '{}') as { iss?: string };
  const tenant = String(iss).replace('shelf-client-', '');
  return given === assertion(String(iss), secretFor(tenant)) ? tenant : undefined;
}

const secretFor = (tenant: string) => `shelf-secret-of-${tenant}-9f3c`;

/** What the suite needs to know of it. */
export function createShelfHarness(change?: ShelfFakeChange): Harness<typeof shelf> {
  return {
    startFake: (options) => startShelfFake(options, change),
    samples: {
      listBooks: [],
      getBook: ['1'],
      putBook: ['2', 'A new title'],
      addBook: ['Another'],
      lend: ['3'],
      readWebhook: [signedWebhook(secretFor('tenant_a'))],
    },
    forwards: { method: 'GET', path: '/books/1' },
    webhook: (tenant) => signedWebhook(secretFor(tenant)),
  };
}
