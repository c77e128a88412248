/** A tenant is a wall: nothing of one is seen, sent or written by another. */
import { isDeepStrictEqual } from 'node:util';
import { errorCode, memoryState, type StateStore } from '@im/core';
import fc from 'fast-check';
import type { Exchange } from '../fake-server.ts';
import type { Rig } from './rig.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

const tenants = ['tenant_a', 'tenant_b'] as const;

/** Rounds of random operations. */
const rounds = 15;

/** A step of a random history: which tenant calls which of the operations. */
export interface TenantStep {
  readonly tenant: number;
  readonly operation: number;
}

/** Random interleavings of calls of two tenants, for properties of one's own. */
export function tenantSteps(operations: number): fc.Arbitrary<TenantStep[]> {
  const step = fc.record({
    tenant: fc.nat({ max: tenants.length - 1 }),
    operation: fc.nat({ max: operations - 1 }),
  });
  return fc.array(step, { minLength: 4, maxLength: 12 });
}

/** The texts by which one tenant's requests are known: options of its own, and tokens that were issued for them. */
class Marks {
  readonly #known: Set<string>;

  constructor(own: unknown, others: unknown) {
    const theirs = new Set(texts(others));
    this.#known = new Set(texts(own).filter((text) => text.length >= shortestMark && !theirs.has(text)));
  }

  /** Whether a request carries one of them. */
  isIn(request: string): boolean {
    for (const mark of this.#known) if (request.includes(mark)) return true;
    return false;
  }

  /** Takes in the tokens of an answer to a request of this tenant's. */
  learn(answer: string): void {
    for (const [, token = ''] of answer.matchAll(/"[a-zA-Z_]*token"\s*:\s*"([^"]{8,})"/g))
      this.#known.add(token);
  }
}

/** Shorter texts are ordinary words. */
const shortestMark = 8;

const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** All that a request says, also what is wrapped in `Basic` credentials and in JWTs, such as the assertion of RFC 7523. */
function wordsOf({ target, requestHeaders, requestBody }: Exchange): string {
  const plain = [target, ...Object.values(requestHeaders), decoded(requestBody)].join('\n');
  const wrapped = [/\bBasic ([\w+/=]+)/g, /\beyJ[\w-]+\.(eyJ[\w-]+)\./g].flatMap((pattern) =>
    [...plain.matchAll(pattern)].map(([, text = '']) => Buffer.from(text, 'base64').toString()),
  );
  return [plain, ...wrapped].join('\n');
}

function texts(node: unknown): string[] {
  if (typeof node === 'string') return [node];
  if (typeof node !== 'object' || node === null) return [];
  const secret = (node as { readonly reveal?: () => string }).reveal;
  return typeof secret === 'function' ? [secret.call(node)] : Object.values(node).flatMap(texts);
}

const lineOf = ({ method, target }: Exchange) => `${method} ${target}`;

export const tenantCases: readonly ConformanceCase[] = [
  {
    id: 'C-070',
    must: 'M-21',
    title: 'however the calls of two tenants meet, each request carries its own tenant’s credential only',
    run: async (suite) => {
      if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
      const names = (await suite.talking('read')).slice(0, 8);
      if (names.length === 0) notApplicable('it has no read that talks to the fake');
      const profiles = await suite.profiles();
      const state = memoryState();
      await using one = await suite.open({ tenant: tenants[0], state, warm: false });
      await using other = await suite.open({ tenant: tenants[1], state, beside: one, warm: false });
      if (isDeepStrictEqual(texts(one.options), texts(other.options)))
        notApplicable('its fake gives all tenants the same credentials');
      const rigs = [one, other] as const;
      const marks = [new Marks(one.options, other.options), new Marks(other.options, one.options)] as const;

      await fc.assert(
        fc.asyncProperty(tenantSteps(names.length), async (steps) => {
          one.fake?.forget();
          const calls = steps.map(({ tenant, operation }) =>
            (rigs[tenant] as Rig).start(names[operation] as string),
          );
          await one.clock.until(Promise.allSettled(calls));
          const sent: [string[], string[]] = [[], []];
          // In order of arrival: a token is issued before anything carries it.
          for (const exchange of one.fake?.exchanges ?? []) {
            const request = wordsOf(exchange);
            const carried = marks.map((own) => own.isIn(request));
            if (carried[0] && carried[1])
              throw new Error(`${lineOf(exchange)} carries the credentials of both tenants`);
            for (const index of [0, 1] as const) {
              if (!carried[index]) continue;
              marks[index].learn(decoded(exchange.responseBody));
              sent[index].push(lineOf(exchange));
            }
          }
          for (const index of [0, 1] as const) {
            const own = steps
              .filter(({ tenant }) => tenant === index)
              .flatMap(({ operation }) => {
                const [request] = profiles.get(names[operation] as string)?.exchanges.slice(-1) ?? [];
                return request === undefined ? [] : [lineOf(request)];
              });
            for (const line of new Set(own)) {
              const wanted = own.filter((each) => each === line).length;
              const found = sent[index].filter((each) => each === line).length;
              if (found < wanted)
                throw new Error(
                  `${tenants[index]} made ${line} ${wanted} times, under its own credential ${found} times`,
                );
            }
          }
        }),
        { numRuns: rounds, seed: 1, endOnFailure: true },
      );
    },
  },
  {
    id: 'C-071',
    must: 'M-21',
    title: 'no key of the shared state is used by two tenants',
    run: async (suite) => {
      const shared = memoryState();
      const keys: [Set<string>, Set<string>] = [new Set(), new Set()];
      await using one = await suite.open({
        tenant: tenants[0],
        state: recordingState(shared, keys[0]),
        warm: false,
      });
      await using other = await suite.open({
        tenant: tenants[1],
        state: recordingState(shared, keys[1]),
        beside: one,
        warm: false,
      });
      for (const rig of [one, other]) {
        for (const name of suite.names) await rig.call(name, { limit: 1 }).catch(() => undefined);
      }
      const common = [...keys[0]].filter((key) => keys[1].has(key));
      if (keys[0].size + keys[1].size === 0) notApplicable('it keeps nothing in the shared state');
      if (common.length > 0)
        throw new Error(`both tenants use ${common.map((key) => JSON.stringify(key)).join(', ')}`);
    },
  },
  {
    id: 'C-072',
    must: 'M-21',
    title: 'however the calls of two tenants meet, each sees what it would see alone',
    run: async (suite) => {
      if (suite.harness.startFake !== undefined) notApplicable('its state is the service’s; see C-070');
      const alone: unknown[] = [];
      {
        await using rig = await suite.open();
        for (const name of suite.names) alone.push(await outcomeOf(rig, name));
      }
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.boolean(), { minLength: 2 * suite.names.length, maxLength: 2 * suite.names.length }),
          async (turns) => {
            const state = memoryState();
            await using one = await suite.open({ tenant: tenants[0], state });
            await using other = await suite.open({ tenant: tenants[1], state, beside: one });
            const seen: [unknown[], unknown[]] = [[], []];
            for (const first of turns) {
              const index = (first ? seen[0] : seen[1]).length < suite.names.length === first ? 0 : 1;
              const name = suite.names[seen[index].length];
              if (name !== undefined) seen[index].push(await outcomeOf(index === 0 ? one : other, name));
            }
            const problems = new Problems();
            for (const index of [0, 1] as const) {
              const expected = alone.slice(0, seen[index].length);
              problems.expect(
                isDeepStrictEqual(seen[index], expected),
                `${tenants[index]} sees other answers than alone`,
              );
            }
            problems.report();
          },
        ),
        { numRuns: rounds, seed: 1, endOnFailure: true },
      );
    },
  },
];

const outcomeOf = (rig: Rig, name: string): Promise<unknown> =>
  rig.call(name).catch((error: unknown) => errorCode(error));

/** A store that notes every key that is asked for. */
function recordingState(store: StateStore, keys: Set<string>): StateStore {
  const note = (key: string): string => {
    keys.add(key);
    return key;
  };
  return {
    get: (key) => store.get(note(key)),
    set: (key, ...rest) => store.set(note(key), ...rest),
    compareAndSet: (key, ...rest) => store.compareAndSet(note(key), ...rest),
    delete: (key, ...rest) => store.delete(note(key), ...rest),
    increment: (key, ...rest) => store.increment(note(key), ...rest),
    [Symbol.asyncDispose]: async () => {},
  };
}
