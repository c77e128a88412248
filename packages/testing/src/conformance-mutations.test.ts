/**
 * Proof that the suite can fail: each demand of the contract is broken in one place, and exactly the cases that say so
 * must notice. The last test forbids a case that no row makes fail. In CI every case judges every row; elsewhere those that must
 * notice, and a third of the others, each row another third.
 */
import { Console } from 'node:console';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import {
  type Call,
  createIntegration,
  IntegrationError,
  pages,
  read,
  Secret,
  secret,
  VendorError,
  type WebhookRequest,
} from '@im/core';
import { trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type Asker,
  createShelf,
  type ShelfChange,
  type ShelfContext,
  shelfOptions,
} from './__fixtures__/shelf.ts';
import { createShelfHarness, type ShelfFakeChange } from './__fixtures__/shelf-fake.ts';
import { conformanceCases } from './cases.ts';
import type { ConformanceCase } from './conformance/types.ts';
import { openSuite, runCase, runConformance } from './conformance.ts';
import type { Harness } from './harness.ts';
import { memory, memoryHarness } from './memory-integration.ts';

/** A client with its operations, without their types. */
type LooseClient = Record<string, (...args: unknown[]) => unknown> & AsyncDisposable;

interface Mutation {
  readonly change?: ShelfChange;
  readonly fake?: ShelfFakeChange;
  readonly samples?: Readonly<Record<string, readonly unknown[]>>;
  /** Breaks what core makes of the definition. */
  readonly client?: (client: LooseClient, setup: { readonly options: unknown }) => object;
  /** Breaks what core is given. */
  readonly setup?: (setup: object) => object;
  readonly fails: readonly string[];
}

/** A console like any other, but that this run's output stays readable. */
const nowhere = new Console(new Writable({ write: (_chunk, _encoding, done) => done() }));

const failureOf = (error: unknown) => (error instanceof VendorError ? error.failure : undefined);
const docs = 'https://shelf.test/errors';

/** Repeats inside the provider, behind the back of the policies. */
const insistent = (when: (error: unknown) => boolean): ShelfChange => ({
  send: (send) => async (context, agent, ask, call) => {
    try {
      return await send(context, agent, ask, call);
    } catch (error) {
      if (!when(error) || call.signal.aborted || ask.path === '/token') throw error;
      return send(context, agent, ask, call);
    }
  },
});

/** Makes something else of a failure: another error, or an answer. */
const recovering = (
  recover: (error: unknown, call: Call, context: ShelfContext) => unknown,
): ShelfChange => ({
  asker: (ask, context) => (asked, call) =>
    ask(asked, call).catch((error: unknown) => {
      call.signal.throwIfAborted();
      return recover(error, call, context);
    }),
});

const rethrow = (error: unknown): never => {
  throw error;
};

/** Sends with a call that lacks something. */
const withCall = (change: Partial<Call>): ShelfChange => ({
  send: (send) => (context, agent, ask, call) => {
    const { operation, effect, attempt, signal, deadline, idempotencyKey, cursor, pageSize } = call;
    const facts = { operation, effect, attempt, signal, deadline, idempotencyKey, cursor, pageSize };
    const tell = {
      markSent: () => call.markSent(),
      observe: (headers: Parameters<Call['observe']>[0]) => call.observe(headers),
    };
    return send(context, agent, ask, { ...facts, ...tell, ...change });
  },
});

/** Does something beside each request. */
const besideEach = (act: (context: ShelfContext, authorization: string) => void): ShelfChange => ({
  send: (send) => (context, agent, ask, call) => {
    act(context, String(ask.headers?.authorization));
    return send(context, agent, ask, call);
  },
});

/** Changes the options of every call. */
const withOptions = (change: (options: Record<string, unknown>) => object) => (client: LooseClient) => {
  const names = Object.keys(client).filter((name) => name !== 'native');
  const wrapped = names.map((name) => [
    name,
    (...args: unknown[]) =>
      client[name]?.(...args.slice(0, -1), { ...change(args.at(-1) as Record<string, unknown>) }),
  ]);
  return { ...client, ...Object.fromEntries(wrapped) };
};

/** A secret whose fault repeats what it was given. */
const talkative = z
  .custom<string>((value) => typeof value === 'string', {
    error: ({ input }) => `is not ${JSON.stringify(input)}`,
  })
  .pipe(z.transform((value) => new Secret(value)))
  .meta({ type: 'string', format: 'password', writeOnly: true });

const sharedTokens = new Map<string, string>();

const mutations: Readonly<Record<string, Mutation>> = {
  'documentation without https': { change: { definition: { docs: 'http://shelf.test' } }, fails: ['C-001'] },
  'no egress': { change: { definition: { egress: [] } }, fails: ['C-002'] },
  'an error row that is never reached': {
    change: {
      definition: {
        errors: {
          docs,
          rows: [
            { status: 409, code: 'already_exists' },
            { status: 409, code: 'internal' },
          ],
        },
      },
    },
    fails: ['C-003'],
  },
  'a connection at connect': {
    change: {
      onConnect: ({ options, onClose }) => {
        const socket = connect(Number(new URL(options.baseUrl).port), '127.0.0.1').on('error', () => {});
        onClose(() => void socket.destroy());
      },
    },
    fails: ['C-004'],
  },
  'a timer at connect': {
    change: {
      onConnect: ({ clock, onClose }) => onClose(clock.schedule(60_000, () => {}, { background: true })),
    },
    fails: ['C-004', 'C-076'],
  },
  'options that let unknown keys pass': {
    change: {
      definition: {
        options: z.looseObject({ baseUrl: z.string(), clientId: z.string(), clientSecret: secret() }),
      },
    },
    fails: ['C-005', 'C-055'],
  },
  'a credential beside the secrets': {
    change: { definition: { options: shelfOptions.extend({ apiKey: z.string().default('none') }) } },
    fails: ['C-006'],
  },
  'an operation without a sample': {
    samples: { listBooks: [], getBook: ['1'], putBook: ['2', 'New'], addBook: ['Another'] },
    fails: ['C-007'],
  },
  'a route that the fake lacks': { fake: { without: 'POST /books' }, fails: ['C-008'] },
  'a read that writes': {
    change: {
      operations: (standard, ask) => ({
        ...standard,
        getBook: read(async (id: string, call: Call) =>
          ask({ method: 'PUT', path: `/books/${id}`, json: { title: 'read' } }, call),
        ),
      }),
    },
    fails: ['C-009', 'C-062'],
  },
  'a 503 that counts as final': {
    change: {
      definition: { errors: { docs, rows: [{ status: 503, code: 'unavailable', retryable: false }] } },
    },
    fails: ['C-010', 'C-023'],
  },
  'an expired token that is not renewed': {
    change: {
      send: (send) => (context, agent, ask, call) =>
        send(context, agent, ask, call).catch((error: unknown) =>
          rethrow(
            failureOf(error)?.status === 401
              ? new VendorError({ ...failureOf(error), sent: true, status: 403 })
              : error,
          ),
        ),
    },
    fails: ['C-011', 'C-030'],
  },
  'a retry of its own under 503': {
    change: insistent((error) => failureOf(error)?.status === 503),
    fails: ['C-012'],
  },
  'a retry of its own when the connection is cut': {
    change: insistent((error) => failureOf(error)?.reason === 'ECONNRESET'),
    fails: ['C-013', 'C-015'],
  },
  'a retry of its own when it takes long': {
    change: {
      send: (send) => (context, agent, ask, call) => {
        let cancel = () => {};
        const late = new Promise<void>((resolve) => {
          cancel = context.clock.schedule(1_000, resolve);
        });
        const answer = send(context, agent, ask, call).finally(cancel);
        answer.catch(() => {});
        return Promise.race([answer, late.then(() => send(context, agent, ask, call))]);
      },
    },
    fails: ['C-014', 'C-016'],
  },
  'a cut connection that counts as not sent': {
    change: recovering((error) =>
      rethrow(
        failureOf(error)?.status === undefined ? new VendorError({ code: 'not_found', sent: false }) : error,
      ),
    ),
    fails: ['C-015', 'C-017', 'C-019', 'C-036'],
  },
  'never saying that it sends': { change: withCall({ markSent: () => {} }), fails: ['C-016'] },
  'a key of its own for each attempt': {
    change: {
      operations: (standard, ask) => ({
        ...standard,
        lend: {
          ...standard.lend,
          run: async (id: string, call: Call) =>
            ask(
              {
                method: 'POST',
                path: '/loans',
                json: { id },
                headers: { 'idempotency-key': `own-${call.attempt}` },
              },
              call,
            ),
        },
      }),
    },
    fails: ['C-017', 'C-019'],
  },
  'a replay of everything after an expired token': {
    change: {
      asker: (ask) => (asked, call) =>
        ask(asked, call).catch((error: unknown) =>
          failureOf(error)?.status === 401 ? ask(asked, call) : rethrow(error),
        ),
    },
    fails: ['C-018'],
  },
  'calls that drop the signal': {
    client: withOptions(({ signal: _, ...options }) => options),
    fails: ['C-020', 'C-021', 'C-022', 'C-023'],
  },
  'a request that goes on after the abort': {
    change: withCall({ signal: new AbortController().signal }),
    fails: ['C-021', 'C-022'],
  },
  'a cookie of the caller’s that is passed on': { change: { reach: { trusts: true } }, fails: ['C-073'] },
  'a path that may be any URL': { change: { reach: { roams: true } }, fails: ['C-074'] },
  'an error of the vendor’s that is not passed back': {
    change: { reach: { hides: true } },
    fails: ['C-075'],
  },
  'ids of events that are made up each time': {
    change: {
      operations: (standard) => ({
        ...standard,
        readWebhook: read(async (request: WebhookRequest, call: Call) => {
          const { events } = await standard.readWebhook.run(request, call);
          return { events: events.map((event) => ({ ...event, id: String(Math.random()) })) };
        }),
      }),
    },
    fails: ['C-062', 'C-076'],
  },
  'a webhook that is believed unseen': {
    change: {
      operations: (standard) => ({
        ...standard,
        readWebhook: read(async ({ body }: WebhookRequest, _call: Call) => ({
          events: [{ id: 'event-1', type: 'book.lent', data: body.byteLength }],
        })),
      }),
    },
    fails: ['C-077'],
  },
  'an error of its own in place of the vendor’s': {
    change: recovering((error) =>
      rethrow(
        failureOf(error)?.status === 404 ? new IntegrationError('failed', { code: 'internal' }) : error,
      ),
    ),
    fails: ['C-030'],
  },
  'no id of the request': {
    change: recovering((error) =>
      rethrow(
        failureOf(error) ? new VendorError({ ...failureOf(error), sent: true, requestId: undefined }) : error,
      ),
    ),
    fails: ['C-031'],
  },
  'headers that nobody may see': {
    change: {
      ...withCall({ observe: () => {} }),
      ...recovering((error) =>
        rethrow(
          failureOf(error) ? new VendorError({ ...failureOf(error), sent: true, headers: undefined }) : error,
        ),
      ),
    },
    fails: ['C-032', 'C-033', 'C-034', 'C-035'],
  },
  'a body that ends early, taken for an empty one': {
    change: recovering((error, call) =>
      call.effect === 'read' && failureOf(error)?.reason === 'ECONNRESET'
        ? { items: [], total: 0, id: '', title: '' }
        : rethrow(error),
    ),
    fails: ['C-036'],
  },
  'a broken answer, taken for an empty one': {
    change: recovering((error) =>
      failureOf(error)?.code === 'internal' ? { items: [], total: 0, id: '', title: '' } : rethrow(error),
    ),
    fails: ['C-037', 'C-038'],
  },
  'answers read strictly': {
    change: {
      operations: (standard, ask) => ({
        ...standard,
        getBook: read(async (id: string, call: Call) => {
          const { success, data } = z
            .strictObject({ id: z.string(), title: z.string(), shelfmark: z.string() })
            .safeParse(await ask({ method: 'GET', path: `/books/${id}` }, call));
          return success
            ? data
            : rethrow(new VendorError({ code: 'internal', says: 'not as promised', sent: true }));
        }),
      }),
    },
    fails: ['C-039'],
  },
  'pages that overlap': {
    change: { operations: (standard, ask) => ({ ...standard, listBooks: overlapping(ask) }) },
    fails: ['C-040', 'C-041', 'C-042'],
  },
  'a limit that is ignored': { client: withOptions(({ limit: _, ...options }) => options), fails: ['C-041'] },
  'a cursor that is ignored': {
    client: withOptions(({ cursor: _, ...options }) => options),
    fails: ['C-042'],
  },
  'pages fetched ahead': {
    client: (client) => ({
      ...client,
      listBooks: (...args: unknown[]) => {
        const real = client.listBooks?.(...args) as { toArray(): Promise<unknown[]> } & object;
        const items = async function* () {
          yield* await real.toArray();
        };
        return Object.assign(Object.create(real), {
          [Symbol.asyncIterator]: items,
          toArray: () => real.toArray(),
        });
      },
    }),
    fails: ['C-043'],
  },
  'an error that quotes the secret': {
    change: recovering((error, _call, { options }) =>
      rethrow(
        new VendorError({
          ...failureOf(error),
          sent: true,
          says: `refused ${Buffer.from(options.clientSecret.reveal()).toString('hex')}`,
        }),
      ),
    ),
    fails: ['C-050', 'C-054'],
  },
  'a log line with the token': {
    change: besideEach(({ logger }, authorization) => logger.debug('sending', { authorization })),
    fails: ['C-051', 'C-054'],
  },
  'a console that is told the secret': {
    change: besideEach(({ options }) => nowhere.debug(options.clientSecret.reveal())),
    fails: ['C-051'],
  },
  'a span with the token': {
    change: besideEach((_context, authorization) =>
      trace.getTracer('shelf').startSpan('send', { attributes: { authorization } }).end(),
    ),
    fails: ['C-052'],
  },
  'a client that shows its options': {
    client: (client, { options }) => ({ ...client, options }),
    fails: ['C-053'],
  },
  'a start that tells the secret': {
    change: {
      definition: {
        check: async () => rethrow(new VendorError({ status: 401, sent: true })),
      },
      onConnect: ({ logger, options }) => logger.info(`connecting with ${options.clientSecret.reveal()}`),
    },
    fails: ['C-051', 'C-054', 'C-060', 'C-062', 'C-076'],
  },
  'a fault that shows the value': {
    change: {
      definition: {
        options: shelfOptions.extend({
          clientSecret: talkative,
        }),
      },
    },
    fails: ['C-055'],
  },
  'a connection to somewhere else': {
    change: besideEach(() => void connect(1, '127.0.0.1').on('error', () => {})),
    fails: ['C-056'],
  },
  'the token in the address': {
    change: {
      send: (send) => (context, agent, ask, call) => {
        const token = ask.path.startsWith('/books')
          ? `${ask.path.includes('?') ? '&' : '?'}token=${ask.headers?.authorization?.slice(7)}`
          : '';
        return send(context, agent, { ...ask, path: ask.path + token }, call);
      },
    },
    fails: ['C-057', 'C-070'],
  },
  'a check that never fails': { change: { definition: { check: async () => {} } }, fails: ['C-061'] },
  'a check that fails always': {
    change: { definition: { check: () => Promise.reject(new Error('no')) } },
    fails: ['C-060', 'C-062'],
  },
  'a check that writes': {
    change: {
      definition: {
        check: (api: { addBook(title: string, call: object): Promise<unknown> }, call: object) =>
          api.addBook('checking', call),
      },
    },
    fails: ['C-062'],
  },
  'a timer that outlives it': {
    change: besideEach(({ clock }) => void clock.schedule(3_600_000, () => {}, { background: true })),
    fails: ['C-063'],
  },
  'a close that does nothing': {
    client: (client) => ({ ...client, [Symbol.asyncDispose]: async () => {} }),
    fails: ['C-063', 'C-064'],
  },
  'a global of its own': {
    change: besideEach(({ options }) => {
      process.env.SHELF_URL = options.baseUrl;
    }),
    fails: ['C-065'],
  },
  'one token for all tenants': {
    change: {
      send: (send) => async (context, agent, ask, call) => {
        const authorization = ask.headers?.authorization;
        const known = sharedTokens.get(context.options.baseUrl);
        if (authorization?.startsWith('Bearer ') && known === undefined)
          sharedTokens.set(context.options.baseUrl, authorization);
        if (ask.path === '/token') sharedTokens.delete(context.options.baseUrl);
        const headers =
          known !== undefined && authorization?.startsWith('Bearer ')
            ? { ...ask.headers, authorization: known }
            : ask.headers;
        return send(context, agent, { ...ask, ...(headers && { headers }) }, call);
      },
    },
    fails: ['C-070'],
  },
  'state without a wall': {
    change: besideEach(({ state }) => void state.set('token', 'x')),
    setup: (setup) => ({ ...setup, tenant: 'everyone' }),
    fails: ['C-031', 'C-071'],
  },
};

function overlapping(ask: Asker) {
  return pages(
    read(async (call: Call) => {
      const { cursor = '0', pageSize = 20 } = call;
      const { items, total } = (await ask(
        { method: 'GET', path: `/books?offset=${cursor}&limit=${pageSize}` },
        call,
      )) as {
        items: unknown[];
        total: number;
      };
      const end = Number(cursor) + items.length;
      return { items, next: end < total ? String(end - 1) : undefined };
    }),
  );
}

/** Cases that live a whole life, or a random one: a tenth of the cases, and two fifths of the time. */
const isCostly = ({ id }: ConformanceCase) => /^C-05\d|C-070/.test(id);

/** The cases that judge a row. */
function casesFor(row: number, fails: readonly string[]): readonly ConformanceCase[] {
  if (process.env.CI === 'true') return conformanceCases;
  return conformanceCases.filter(
    (each, index) => fails.includes(each.id) || (isCostly(each) ? row : row + index) % 3 === 0,
  );
}

describe('the conformance suite can fail', () => {
  const noticed = new Set<string>();

  it.each(Object.entries(mutations).map(([what, mutation], row) => [what, row, mutation] as const))(
    '%s',
    { timeout: 60_000 },
    async (_what, row, { change, fake, samples, client, setup, fails }) => {
      const definition = createShelf(change);
      const harness = { ...createShelfHarness(fake), ...(samples && { samples }) } as Harness<
        typeof definition
      >;
      const create: typeof createIntegration = (which, given) => {
        const real = createIntegration(which, (setup?.(given) ?? given) as typeof given);
        return (client?.(real as unknown as LooseClient, given) ?? real) as typeof real;
      };
      const suite = await openSuite(definition, harness, create);
      const failed: string[] = [];
      for (const each of casesFor(row, fails)) {
        const { id, outcome, says } = await runCase(each, suite);
        if (outcome === 'failed') failed.push(`${id} ${says}`);
      }
      delete process.env.SHELF_URL;
      const ids = failed.map((line) => line.slice(0, 5));
      for (const id of ids) noticed.add(id);
      expect(ids, failed.join('\n')).toEqual(fails);
    },
  );

  it('notes that all tenants share', async () => {
    let shared: ReturnType<typeof memory.connect> | undefined;
    const leaky: typeof memory = { ...memory, connect: (context) => (shared ??= memory.connect(context)) };
    const { results } = await runConformance(leaky, memoryHarness);
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id);
    for (const id of failed) noticed.add(id);
    expect(failed).toContain('C-072');
  });

  it('each case is made to fail by some row', () => {
    expect(conformanceCases.map(({ id }) => id).filter((id) => !noticed.has(id))).toEqual([]);
  });
});
