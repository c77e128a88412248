import { createRegistry, defaultTenant, memoryState, type Registry } from '@im/core';
import { spotify } from '@im/spotify';
import type { SpotifyFake } from '@im/spotify/testing';
import { createRandom } from '@im/testing';
import { expect, it } from 'vitest';
import { openStack } from './__tests__/stack.ts';

/** Tenants and names that a careless key would take for one another. */
const tenants = [
  ...[
    'a',
    'b',
    'A',
    'a:b',
    'a%3Ab',
    'a/b',
    'a\\b',
    '../b',
    '..',
    './a',
    'a%00b',
    'a b',
    ' a',
    'a ',
    'a.b',
    'a*',
  ],
  ...[
    'a,b',
    '["a","b"]',
    '__proto__',
    'constructor',
    'toString',
    'é',
    'e\u0301',
    'É',
    'ß',
    'ss',
    'ı',
    'i',
    'İ',
  ],
  ...['а', 'ａ', '\u200ba', 'K', '\u212a', '{a}', 'undefined', 'null', '0', '00', defaultTenant],
];
const names = ['spotify', 'Spotify', 'b', 'b:spotify', '../a/spotify', 'spotify/lock', 'token', '__proto__'];

interface Place {
  readonly tenant: string;
  readonly name: string;
  /** Under which the vendor knows it: an app and a user of its own. */
  readonly account: string;
}

const places: readonly Place[] = tenants.flatMap((tenant, index) =>
  // Each tenant has some of the names, so that every name is in many tenants.
  names
    .filter((_, at) => (at + index) % 3 === 0)
    .map((name) => ({ tenant, name, account: JSON.stringify([tenant, name]) })),
);

/** The account that each access token was issued to, by what the vendor answered to whom. */
function tokenOwners(fake: SpotifyFake): Map<string, string> {
  const accounts = new Map(places.map(({ account }) => [fake.account(account).clientId, account]));
  const owners = new Map<string, string>();
  for (const { target, requestHeaders, requestBody, responseBody, status } of fake.exchanges) {
    if (target !== '/api/token' || status !== 200) continue;
    const basic = Buffer.from(
      (requestHeaders.authorization ?? '').replace('Basic ', ''),
      'base64',
    ).toString();
    const form = new URLSearchParams(Buffer.from(requestBody).toString());
    const clientId = form.get('client_id') ?? basic.split(':')[0] ?? '';
    const issued = JSON.parse(Buffer.from(responseBody).toString()) as { readonly access_token: string };
    owners.set(issued.access_token, accounts.get(clientId) ?? 'nobody');
  }
  return owners;
}

it('no request carries the token of another tenant, and no answer is that of another', async () => {
  await using stack = await openStack({ fake: { rotateRefreshTokens: true } });
  const { clock, fake } = stack;
  const state = memoryState(clock);
  const random = createRandom(11);
  const pick = <Value>(from: readonly Value[]): Value => from[Math.floor(random() * from.length)] as Value;

  /** A process of its own over the state that all share. */
  const startProcess = (): Registry => {
    const registry = createRegistry({
      ...stack.environment,
      state,
      health: { checkIntervalMs: 0 },
      graceMs: 0,
    });
    for (const { tenant, name, account } of places) {
      const flow = account.length % 2 === 0 ? 'pkce' : 'authorization-code';
      registry.register(spotify, { tenant, name, options: options.get(`${flow} ${account}`) ?? fail() });
    }
    return registry;
  };
  const fail = (): never => {
    throw new Error('there are no options');
  };
  // As given once, long ago: whatever was rotated since stands in the shared state alone.
  const options = new Map(
    places.flatMap(({ account }) =>
      (['pkce', 'authorization-code'] as const).map((flow) => [
        `${flow} ${account}`,
        fake.options(account, flow),
      ]),
    ),
  );
  const processes = [startProcess(), startProcess(), startProcess()];
  const foreign: unknown[] = [];
  let reads = 0;
  let renewals = 0;

  /** Each call says in its path whose it is. */
  const read = async ({ tenant, name, account }: Place): Promise<void> => {
    const client = pick(processes).tenant(tenant).get(spotify, name);
    const { userId } = fake.account(account);
    const [self, named] = await Promise.all([client.getCurrentUser(), client.getUser(userId)]);
    reads += 2;
    if (self.id !== userId || named.id !== userId) foreign.push({ tenant, name, got: [self.id, named.id] });
  };

  for (let round = 0; round < 16; round += 1) {
    const chosen = round === 0 ? places : Array.from({ length: 60 }, () => pick(places));
    await stack.until(Promise.all(chosen.map(read)));
    const act = pick(['expire', 'later', 'restart', 'nothing'] as const);
    if (act === 'expire') fake.expireTokens();
    if (act === 'later') await clock.advance(3_600_000);
    if (act === 'restart') {
      const at = Math.floor(random() * processes.length);
      await stack.until(processes[at]?.[Symbol.asyncDispose]() ?? fail());
      processes[at] = startProcess();
    }
  }

  const owners = tokenOwners(fake);
  const byUser = new Map(places.map(({ account }) => [fake.account(account).userId, account]));
  const carried = fake.exchanges.flatMap(({ target, requestHeaders }) => {
    const user = /^\/v1\/users\/([^/?]+)/.exec(target)?.[1];
    if (user === undefined) return [];
    const token = (requestHeaders.authorization ?? '').replace('Bearer ', '');
    return [{ whose: byUser.get(decodeURIComponent(user)), carries: owners.get(token) }];
  });
  renewals = fake.exchanges.filter(({ target }) => target === '/api/token').length;
  for (const registry of processes) await stack.until(registry[Symbol.asyncDispose]());

  expect(new Set(places.map(({ account }) => fake.account(account).clientId)).size).toBe(places.length);
  expect(reads).toBeGreaterThan(1_500);
  expect(renewals).toBeGreaterThan(places.length);
  expect(carried.length).toBeGreaterThan(reads / 2 - 1);
  expect(carried.filter(({ whose, carries }) => whose === undefined || whose !== carries)).toEqual([]);
  expect(foreign).toEqual([]);
}, 60_000);
