/** The fake of the made-up service, and what the suite needs to know of it. `change` breaks the fake in one place. */
import { createHmac } from 'node:crypto';
import type { z } from 'zod';
import type { FakeRequest, FakeResponse } from '../fake-server.ts';
import type { Harness, ProviderFake, StartFakeOptions } from '../harness.ts';
import { startFakeServer } from '../start-fake-server.ts';
import type { shelf, shelfOptions } from './shelf.ts';
import { signedWebhook } from './shelf-reach.ts';

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
