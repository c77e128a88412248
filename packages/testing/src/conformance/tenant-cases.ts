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

/** Texts by which a tenant's requests are known: options of its own, and tokens that were issued for them. */
function marksOf(own: unknown, others: unknown, exchanges: readonly Exchange[]): readonly string[] {
  const theirs = new Set(texts(others));
  const marks = texts(own).filter((text) => text.length >= 8 && !theirs.has(text));
  for (const { requestBody, requestHeaders, responseBody } of exchanges) {
    const request = decoded(requestBody) + Object.values(requestHeaders).join('\n');
    if (marks.some((mark) => carries(request, mark))) marks.push(...issued(decoded(responseBody)));
  }
  return marks;
}

/** Tokens in an answer. */
function issued(body: string): readonly string[] {
  return [...body.matchAll(/"[a-zA-Z_]*token"\s*:\s*"([^"]{8,})"/g)].map((match) => match[1] ?? '');
}

const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function carries(text: string, mark: string): boolean {
  if (text.includes(mark)) return true;
  const basic = /\bBasic ([A-Za-z0-9+/=]+)/.exec(text)?.[1];
  return basic !== undefined && Buffer.from(basic, 'base64').toString().includes(mark);
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
      const seen: Exchange[] = [];

      await fc.assert(
        fc.asyncProperty(tenantSteps(names.length), async (steps) => {
          one.fake?.forget();
          const calls = steps.map(({ tenant, operation }) =>
            (rigs[tenant] as Rig).start(names[operation] as string),
          );
          await one.clock.until(Promise.allSettled(calls));
          seen.push(...(one.fake?.exchanges ?? []));
          const marks = [
            marksOf(one.options, other.options, seen),
            marksOf(other.options, one.options, seen),
          ];
          const sent: [string[], string[]] = [[], []];
          for (const exchange of one.fake?.exchanges ?? []) {
            const request = `${exchange.target}\n${Object.values(exchange.requestHeaders).join('\n')}\n${decoded(exchange.requestBody)}`;
            const carried = marks.map((own) => own.some((mark) => carries(request, mark)));
            if (carried[0] && carried[1])
              throw new Error(`${lineOf(exchange)} carries the credentials of both tenants`);
            for (const index of [0, 1] as const) if (carried[index]) sent[index].push(lineOf(exchange));
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
