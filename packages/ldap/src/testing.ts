/** A fake of LDAP on loopback: a real HTTP server with state of its own for each account. */
import {
  type FakeRequest,
  type FakeResponse,
  type Harness,
  type ProviderFake,
  type StartFakeOptions,
  startFakeServer,
} from '@im/testing';
import type { ldap } from './ldap.ts';
import type { Item } from './wire.ts';

type Definition = typeof ldap;

interface Account {
  readonly items: Map<string, Item>;
  /** What was made under an idempotency key. */
  readonly made: Map<string, Item>;
  nextId: number;
}

/** A running fake of LDAP. */
export type LdapFake = ProviderFake<Definition>;

/** Starts the fake. Every account begins with three items, `item-1` to `item-3`. */
export async function startFake(options: StartFakeOptions = {}): Promise<LdapFake> {
  const accounts = new Map<string, Account>();
  const keyOf = (tenant: string) => `key-of-${tenant}-${options.seed ?? 1}`;
  const accountOf = (request: FakeRequest) =>
    accounts.get(request.headers.authorization?.replace(/^Bearer /, '') ?? '');

  /** `before` has refused every request without an account. */
  const own = (request: FakeRequest): Account => accountOf(request) ?? createAccount();

  const server = await startFakeServer({
    name: 'ldap',
    clock: options.clock,
    before: (request) => (accountOf(request) === undefined ? failure(401, 'bad_key') : undefined),
    faultBody: (status) => failure(status, 'failed'),
    routes: {
      'GET /v1/items': (request) => listItems(own(request), request.query),
      'GET /v1/items/:id': (request) => found(own(request).items.get(request.params.id ?? '')),
      'POST /v1/items': (request) => createItem(own(request), request),
      'DELETE /v1/items/:id': (request) => {
        own(request).items.delete(request.params.id ?? '');
        return { status: 204 };
      },
    },
  });

  return Object.assign(server, {
    options: (tenant = 'default') => {
      const apiKey = keyOf(tenant);
      if (!accounts.has(apiKey)) accounts.set(apiKey, createAccount());
      return { apiKey, baseUrl: `${server.url}/v1/` };
    },
  });
}

function createAccount(): Account {
  const items = ['first', 'second', 'third'].map((name, index): [string, Item] => [
    `item-${index + 1}`,
    { id: `item-${index + 1}`, name },
  ]);
  return { items: new Map(items), made: new Map(), nextId: items.length + 1 };
}

function listItems({ items }: Account, query: URLSearchParams): FakeResponse {
  const offset = Number(query.get('offset') ?? 0);
  const limit = Math.min(Number(query.get('limit') ?? 50), 100);
  return { json: { items: [...items.values()].slice(offset, offset + limit), total: items.size } };
}

function createItem(account: Account, request: FakeRequest): FakeResponse {
  const key = request.headers['idempotency-key'];
  const before = key === undefined ? undefined : account.made.get(key);
  if (before !== undefined) return { status: 201, json: before };
  const body = request.json();
  const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined;
  if (typeof name !== 'string') return failure(400, 'bad_name');
  const item = { id: `item-${account.nextId++}`, name };
  account.items.set(item.id, item);
  if (key !== undefined) account.made.set(key, item);
  return { status: 201, json: item };
}

function found(item: Item | undefined): FakeResponse {
  return item === undefined ? failure(404, 'no_such_item') : { json: item };
}

function failure(status: number, code: string): FakeResponse {
  return { status, json: { error: { code } } };
}

/** What the conformance suite needs to know. */
export const harness: Harness<Definition> = {
  startFake,
  samples: { getItem: ['item-1'], listItems: [], createItem: ['fourth'], deleteItem: ['item-2'] },
};
