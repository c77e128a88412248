import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { bare, greeter } from './__tests__/demo.ts';
import {
  type Call,
  type CallOptions,
  type ClientOf,
  createIntegration,
  createRegistry,
  defineIntegration,
  definePort,
  describeOperations,
  idempotent,
  keyed,
  type OptionsOf,
  type Page,
  type Pages,
  type PagesOptions,
  pages,
  read,
  type Secret,
  secret,
  traitsOf,
  unsafe,
} from './index.ts';

interface Farewells {
  send(): Promise<boolean>;
}
const toFarewell = (client: Farewells) => ({ leave: () => client.send() });
const farewell = definePort<{ leave(): Promise<boolean> }, { readonly languages: readonly string[] }>(
  'farewell',
);

class SdkClient {
  readonly region = 'here';
}

const shop = defineIntegration({
  id: 'shop',
  title: 'Shop',
  category: 'payments',
  contract: 1,
  docs: 'https://docs.example.test/',
  options: z.strictObject({ apiKey: secret(), pageSize: z.number().default(10) }),
  egress: ['api.example.test', '*.cdn.example.test'],
  errors: { docs: 'https://docs.example.test/errors', rows: [{ status: 404, code: 'not_found' }] },
  http: ({ options }) => {
    expectTypeOf(options.apiKey).toEqualTypeOf<Secret>();
    return { get: (path: string) => Promise.resolve(path.length) };
  },
  native: () => new SdkClient(),
  connect: ({ options, http, native }) => {
    expectTypeOf(options).toEqualTypeOf<{ apiKey: Secret; pageSize: number }>();
    expectTypeOf(native).toEqualTypeOf<SdkClient>();
    return {
      /** Reads one. */
      getItem: read((id: string, market: string | undefined, _call: Call) => http.get(`${id}${market}`), {
        docs: 'https://docs.example.test/get',
        scopes: ['read'],
      }),
      setItem: idempotent(async (_id: string, _value: number, _call: Call) => {}),
      pay: keyed(async (amount: number, call: Call) => ({ amount, key: call.idempotencyKey })),
      /** @deprecated since 2026: use pay */
      send: unsafe(async (_call: Call) => true, { deprecated: 'since 2026: use pay' }),
      list: pages(
        read(async (_filter: { readonly q?: string } | undefined, call: Call): Promise<Page<Date>> => {
          return { items: [new Date(0)], next: call.cursor };
        }),
      ),
    };
  },
  check: (api, call) => {
    expectTypeOf(api.getItem).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(call.signal).toEqualTypeOf<AbortSignal>();
    return api.getItem('1', undefined, call);
  },
  provides: [
    {
      port: greeter,
      toDriver: (client) => {
        expectTypeOf(client.native()).toEqualTypeOf<SdkClient>();
        expectTypeOf(client.getItem).returns.toEqualTypeOf<Promise<number>>();
        return { greet: async (name) => `${name} ${await client.getItem(name)}` };
      },
    },
    { port: farewell, toDriver: (client) => toFarewell(client), traits: { languages: ['en', 'de'] } },
  ],
});

describe('defineIntegration infers from one literal', () => {
  type Client = ClientOf<typeof shop>;

  it('the arguments of operations, with optional tails', () => {
    expectTypeOf<Client['getItem']>().toEqualTypeOf<
      (id: string, market?: string | undefined, call?: CallOptions) => Promise<number>
    >();
    expectTypeOf<Client['setItem']>().toEqualTypeOf<
      (id: string, value: number, call?: CallOptions) => Promise<void>
    >();
    expectTypeOf<Client['send']>().toEqualTypeOf<(call?: CallOptions) => Promise<boolean>>();
  });

  it('pages, options and the client of the vendor', () => {
    expectTypeOf<Client['list']>().toEqualTypeOf<
      (filter?: { readonly q?: string } | undefined, call?: PagesOptions) => Pages<Date>
    >();
    expectTypeOf<Client['native']>().toEqualTypeOf<() => SdkClient>();
    expectTypeOf<OptionsOf<typeof shop>>().toEqualTypeOf<{
      apiKey: string | Secret;
      pageSize?: number | undefined;
    }>();
  });

  it('and refuses what does not fit', () => {
    const wrong = (client: Client) => [
      // @ts-expect-error the id is a text
      () => client.getItem(1),
      // @ts-expect-error no such operation
      () => client.getItems('1'),
      // @ts-expect-error the value is missing
      () => client.setItem('1'),
      // @ts-expect-error no such call option
      () => client.send({ timeout: 1 }),
    ];
    expect(wrong).toBeTypeOf('function');
    // @ts-expect-error the driver lacks greet
    defineIntegration({ ...bare, provides: [{ port: greeter, toDriver: () => ({ wave: () => 'hi' }) }] });
    const traits = { languages: 'en' };
    const leave = async () => true;
    // @ts-expect-error the port wants a list
    defineIntegration({ ...bare, provides: [{ port: farewell, toDriver: () => ({ leave }), traits }] });
    // @ts-expect-error this provider has no `send`
    defineIntegration({ ...bare, provides: [{ port: farewell, toDriver: (client) => toFarewell(client) }] });
    // @ts-expect-error without a vendor's client there is no native
    type _None = ClientOf<typeof plain>['native'];
    const plain = defineIntegration(bare);
    expect('native' in createIntegration(plain, { options: {} })).toBe(false);
  });

  it('a definition that a registry and createIntegration take', async () => {
    await using client = createIntegration(shop, { options: { apiKey: 'k' } });
    expectTypeOf(client.native()).toEqualTypeOf<SdkClient>();
    expect(client.native().region).toBe('here');
    expect(await client.getItem('id')).toBe('idundefined'.length);
    await using registry = createRegistry();
    registry.register(shop, { options: { apiKey: 'k' } });
    const view = registry.tenant('default');
    expectTypeOf(view.get(shop).getItem).toEqualTypeOf<Client['getItem']>();
    expect(view.get(shop).native().region).toBe('here');
    expect(await view.port(greeter).greet('me')).toBe('me 11');
    // @ts-expect-error the credential is missing
    const wrong = () => registry.register(shop, { options: {} });
    expect(wrong).toBeTypeOf('function');
  });

  it('what a port says of its driver, without making one', () => {
    const traits = traitsOf(shop, farewell);
    expectTypeOf(traits).toEqualTypeOf<{ readonly languages: readonly string[] } | undefined>();
    expect(traits).toEqual({ languages: ['en', 'de'] });
    expect(traitsOf(shop, greeter)).toBeUndefined();
    expect(traitsOf(bare, farewell)).toBeUndefined();
    const throwing = defineIntegration({
      ...bare,
      connect: () => ({ send: read(async (_call: Call) => true) }),
      provides: [
        {
          port: farewell,
          toDriver: () => {
            throw new Error('a driver was made');
          },
          traits: { languages: [] },
        },
      ],
    });
    expect(traitsOf(throwing, farewell)).toEqual({ languages: [] });
  });

  it('no any for the user', () => {
    expectTypeOf<Client['getItem']>().not.toBeAny();
    expectTypeOf<Awaited<ReturnType<Client['pay']>>>().toEqualTypeOf<{
      amount: number;
      key: string | undefined;
    }>();
  });
});

describe('defineIntegration checks the definition as it is loaded', () => {
  it('gives back the very literal', () => {
    expect(defineIntegration(bare)).toBe(bare);
  });

  it('names all faults at once', () => {
    const load = () =>
      defineIntegration({
        ...bare,
        id: 'Bare_Thing',
        title: ' ',
        contract: 1,
        docs: 'somewhere',
        options: z.object({ a: z.string() }),
        egress: [
          'https://api.example.test',
          'API.example.test',
          '*',
          'a.test/path',
          'ok.test',
          '*.ok.test',
          '127.0.0.1',
        ],
        errors: { docs: 'nowhere', rows: [{ status: 404, code: 'missing' as 'not_found' }] },
        resilience: { timeoutMs: -1 },
        connect: () => ({
          plain: (async () => 1) as never,
          rest: read(async (...args: [string, Call]) => args.length),
          fallback: read((async (id = '{', call?: Call) => [id, call]) as (
            id: string,
            call: Call,
          ) => Promise<unknown>),
          native: read(async (_call: Call) => 1),
          fine: read(async ({ a = 1 }: { a?: number }, [b = '=']: string[], _call: Call) => [a, b]),
        }),
        provides: [
          { port: greeter, toDriver: () => ({ greet: async () => '' }) },
          { port: greeter, toDriver: () => ({ greet: async () => '' }) },
        ],
      });
    const message = messageOf(load);
    const expected = [
      'id must be in kebab case',
      'title must be',
      'docs must be',
      'options must be a strict zod object',
      'egress "https://api.example.test"',
      'egress "API.example.test"',
      'egress "*"',
      'egress "a.test/path"',
      'errors.docs',
      'errors.rows[0].code',
      'timeoutMs',
      'provides names the port "greeter" twice',
      'operation plain must be tagged',
      'operation rest must not have a rest parameter',
      'operation fallback must not have a default value',
      'operation native must have another name',
    ];
    for (const part of expected) expect(message).toContain(part);
    expect(message).toContain(`${expected.length} faults`);
  });

  it('runs connect with stand-ins, and says so when it needs more', () => {
    const opens = {
      ...bare,
      connect: ({ state }: { state: { get(key: string): unknown } }) => ({ x: state.get('a') }),
    };
    expect(messageOf(() => defineIntegration(opens as never))).toContain(
      'connect must not open or start anything',
    );
    const calls = { ...bare, connect: ({ http }: { http: { get(): void } }) => ({ x: http.get() }) };
    expect(messageOf(() => defineIntegration(calls as never))).toContain('it calls http.get');
  });

  it('refuses an unknown contract version with the package, both versions and the command that mends it', () => {
    expect(messageOf(() => defineIntegration({ ...bare, contract: 2 }))).toBe(
      'bare: @im/bare is written for contract version 2, this @im/core understands 1; run: npm install @im/core@latest',
    );
    expect(messageOf(() => defineIntegration({ ...bare, contract: 0, package: 'im-bare' }))).toBe(
      'bare: im-bare is written for contract version 0, this @im/core understands 1; run: npm install im-bare@latest',
    );
  });
});

describe('describeOperations', () => {
  it('tells of every operation, in order, without making anything', () => {
    expect(describeOperations(shop)).toEqual([
      {
        name: 'getItem',
        effect: 'read',
        kind: 'call',
        docs: 'https://docs.example.test/get',
        scopes: ['read'],
        argumentCount: 2,
        parameters: ['id', 'market'],
      },
      {
        name: 'setItem',
        effect: 'idempotent',
        kind: 'call',
        argumentCount: 2,
        parameters: ['_id', '_value'],
      },
      { name: 'pay', effect: 'keyed', kind: 'call', argumentCount: 1, parameters: ['amount'] },
      {
        name: 'send',
        effect: 'unsafe',
        kind: 'call',
        deprecated: 'since 2026: use pay',
        argumentCount: 0,
        parameters: [],
      },
      { name: 'list', effect: 'read', kind: 'pages', argumentCount: 1, parameters: ['_filter'] },
    ]);
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
