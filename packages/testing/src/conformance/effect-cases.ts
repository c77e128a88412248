/** What repeating an operation does, and whether the policies are let to obey it. */
import { isDeepStrictEqual } from 'node:util';
import { isIntegrationError } from '@im/core';
import type { Exchange, Fault } from '../fake-server.ts';
import type { Rig, Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

const unavailable: Fault = { kind: 'status', status: 503 };
const lineOf = ({ method, target }: Exchange) => `${method} ${target}`;

/** Calls each operation of these effects while a fault strikes its requests, in the order of the samples. */
export async function underFault(
  suite: Suite,
  effects: readonly ('read' | 'idempotent' | 'keyed' | 'unsafe')[],
  fault: Fault,
  judge: (name: string, rig: Rig & { readonly fake: NonNullable<Rig['fake']> }, error: unknown) => void,
  options: { readonly times?: number; readonly timeoutMs?: number; readonly tookEffect?: boolean } = {},
): Promise<void> {
  if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
  const names = await suite.talking(...effects);
  if (names.length === 0)
    notApplicable(`it has no operation that is ${effects.join(' or ')} and talks to the fake`);
  await using rig = await suite.open();
  const { fake } = rig;
  if (fake === undefined) return;
  for (const name of suite.names) {
    if (!names.includes(name)) {
      // What changes the fake's state may be what a later sample stands on; its own failure is another case's business.
      if (suite.effect(name) !== 'read') await rig.call(name).catch(() => undefined);
      continue;
    }
    fake.forget();
    fake.inject({ fault, times: options.times ?? 1 });
    const error = await rig.call(name, { timeoutMs: options.timeoutMs }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    judge(name, Object.assign(rig, { fake }), error);
    fake.forget();
    if (error !== undefined && options.tookEffect !== true) await rig.call(name).catch(() => undefined);
  }
}

/** Says that an unsafe operation was sent once and no more. */
function sentOnce(name: string, exchanges: readonly Exchange[], problems: Problems): void {
  if (exchanges.length !== 1)
    problems.add(
      `${name} is unsafe and sent ${exchanges.length} requests: ${exchanges.map(lineOf).join(', ')}`,
    );
}

const failedAsUnknown = (name: string, error: unknown, problems: Problems): void => {
  if (!isIntegrationError(error))
    problems.add(
      `${name}: it ${error === undefined ? 'succeeded' : 'threw something else than an IntegrationError'}`,
    );
  else
    problems.expect(
      error.effect === 'unknown',
      `${name}: nobody can know its outcome, yet the error says effect '${error.effect}'`,
    );
};

export const effectCases: readonly ConformanceCase[] = [
  {
    id: 'C-010',
    must: 'M-06',
    title: 'read, idempotent and keyed operations are repeated after a 503 and then succeed',
    run: async (suite) => {
      const problems = new Problems();
      await underFault(suite, ['read', 'idempotent', 'keyed'], unavailable, (name, { fake }, error) => {
        problems.expect(error === undefined, `${name}: it was not repeated with success: ${String(error)}`);
        if (error !== undefined) return;
        const [first, second] = fake.exchanges;
        const isRepeated = first !== undefined && second !== undefined && lineOf(first) === lineOf(second);
        problems.expect(isRepeated, `${name}: the request after the 503 is not the same request`);
      });
      problems.report();
    },
  },
  {
    id: 'C-011',
    must: 'M-06',
    title: 'a read is repeated after its credential expired, with a new one',
    run: async (suite) => {
      const problems = new Problems();
      await usingExpiry(suite, ['read'], (name, _exchanges, error) => {
        problems.expect(
          error === undefined,
          `${name}: it failed after its credential expired: ${String(error)}`,
        );
      });
      problems.report();
    },
  },
  {
    id: 'C-012',
    must: 'M-07',
    title: 'an unsafe operation is sent once under a lasting 503',
    run: async (suite) => {
      const problems = new Problems();
      await underFault(
        suite,
        ['unsafe'],
        unavailable,
        (name, { fake }) => sentOnce(name, fake.exchanges, problems),
        { times: Number.POSITIVE_INFINITY },
      );
      problems.report();
    },
  },
  {
    id: 'C-013',
    must: 'M-07',
    title: 'an unsafe operation is sent once when the connection is cut before the answer',
    run: async (suite) => {
      const problems = new Problems();
      await underFault(
        suite,
        ['unsafe'],
        { kind: 'cut', when: 'after' },
        (name, { fake }) => sentOnce(name, fake.exchanges, problems),
        { tookEffect: true },
      );
      problems.report();
    },
  },
  {
    id: 'C-014',
    must: 'M-07',
    title: 'an unsafe operation is sent once when no answer comes in time',
    run: async (suite) => {
      const problems = new Problems();
      await underFault(
        suite,
        ['unsafe'],
        { kind: 'latency', delayMs: Number.POSITIVE_INFINITY },
        (name, { fake }) => sentOnce(name, fake.exchanges, problems),
        { tookEffect: true, timeoutMs: 5_000 },
      );
      problems.report();
    },
  },
  {
    id: 'C-015',
    must: 'M-08',
    title: 'an unsafe operation whose connection was cut before the answer fails with effect unknown',
    run: async (suite) => {
      const problems = new Problems();
      await underFault(
        suite,
        ['unsafe'],
        { kind: 'cut', when: 'after' },
        (name, _rig, error) => failedAsUnknown(name, error, problems),
        { tookEffect: true },
      );
      problems.report();
    },
  },
  {
    id: 'C-016',
    must: 'M-08',
    title:
      'an unsafe operation that was not answered in time fails with deadline_exceeded and effect unknown',
    run: async (suite) => {
      const problems = new Problems();
      await underFault(
        suite,
        ['unsafe'],
        { kind: 'latency', delayMs: Number.POSITIVE_INFINITY },
        (name, _rig, error) => {
          failedAsUnknown(name, error, problems);
          if (isIntegrationError(error))
            problems.expect(error.code === 'deadline_exceeded', `${name}: the code is ${error.code}`);
        },
        { tookEffect: true, timeoutMs: 5_000 },
      );
      problems.report();
    },
  },
  {
    id: 'C-017',
    must: 'M-09',
    title: 'a keyed operation sends the key that the caller gave, the same over all attempts',
    run: async (suite) => {
      const names = await suite.talking('keyed');
      if (names.length === 0) notApplicable('it has no keyed operation that talks to the fake');
      const problems = new Problems();
      await using rig = await suite.open();
      for (const name of suite.names) {
        if (!names.includes(name)) {
          if (suite.effect(name) !== 'read') await rig.call(name).catch(() => undefined);
          continue;
        }
        const idempotencyKey = `conformance-key-${name}`;
        rig.fake?.forget();
        rig.fake?.inject({ fault: { kind: 'cut', when: 'after' } });
        await rig
          .call(name, { idempotencyKey })
          .catch((error: unknown) => problems.add(`${name}: ${String(error)}`));
        const exchanges = rig.fake?.exchanges ?? [];
        problems.expect(exchanges.length > 1, `${name}: it was not repeated`);
        for (const [index, exchange] of exchanges.entries()) {
          problems.expect(
            carries(exchange, idempotencyKey),
            `${name}: attempt ${index + 1} does not carry the key`,
          );
        }
      }
      problems.report();
    },
  },
  {
    id: 'C-019',
    must: 'M-09',
    title: 'a keyed operation without a key of the caller’s sends one of its own, the same over all attempts',
    run: async (suite) => {
      const problems = new Problems();
      await underFault(suite, ['keyed'], { kind: 'cut', when: 'after' }, (name, { fake }, error) => {
        problems.expect(error === undefined, `${name}: it was not repeated with success: ${String(error)}`);
        const [first, ...later] = fake.exchanges.map(withoutTracing);
        problems.expect(later.length > 0, `${name}: it was not repeated`);
        for (const request of later) {
          problems.expect(
            isDeepStrictEqual(request, first),
            `${name}: an attempt differs from the first one`,
          );
        }
      });
      problems.report();
    },
  },
  {
    id: 'C-018',
    must: 'M-07',
    title: 'an unsafe operation is sent once when its credential was refused as expired',
    run: async (suite) => {
      const problems = new Problems();
      const profiles = await suite.profiles();
      await usingExpiry(suite, ['unsafe'], (name, exchanges) => {
        const own = profiles.get(name)?.exchanges.map(lineOf) ?? [];
        const sent = exchanges.filter((exchange) => own.includes(lineOf(exchange)));
        sentOnce(name, sent, problems);
      });
      problems.report();
    },
  },
];

/** Calls each operation of an effect just after its credential has expired. */
async function usingExpiry(
  suite: Suite,
  effects: readonly ('read' | 'unsafe')[],
  judge: (name: string, exchanges: readonly Exchange[], error: unknown) => void,
): Promise<void> {
  if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
  const [name] = await suite.talking(...effects);
  if (name === undefined)
    notApplicable(`it has no operation that is ${effects.join(' or ')} and talks to the fake`);
  await using rig = await suite.open();
  for (const earlier of suite.names.slice(0, suite.names.indexOf(name))) {
    if (suite.effect(earlier) !== 'read') await rig.call(earlier).catch(() => undefined);
  }
  rig.fake?.forget();
  try {
    rig.fake?.inject({ fault: { kind: 'expired-token' } });
  } catch {
    notApplicable('its credentials do not expire');
  }
  const error = await rig.call(name).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  judge(name, rig.fake?.exchanges ?? [], error);
}

/** A request as the vendor judges it: attempts are told apart by tracing headers alone. */
function withoutTracing({ method, target, requestHeaders, requestBody }: Exchange): object {
  const { traceparent: _parent, tracestate: _state, ...headers } = requestHeaders;
  return { method, target, headers, body: new TextDecoder().decode(requestBody) };
}

/** Whether the key stands anywhere in the request. */
function carries({ requestHeaders, target, requestBody }: Exchange, key: string): boolean {
  const body = new TextDecoder().decode(requestBody);
  return [...Object.values(requestHeaders), decodeURIComponent(target), body].some((text) =>
    text.includes(key),
  );
}
