/** What repeating an operation does, and whether the policies are let to obey it. */
import { isIntegrationError } from '@im/core';
import type { Exchange, Fault } from '../fake-server.ts';
import type { Rig } from './rig.ts';
import { thrownBy } from './settle.ts';
import type { AnyFake, Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

const unavailable: Fault = { kind: 'status', status: 503 };
const lineOf = ({ method, target }: Exchange) => `${method} ${target}`;

interface FaultOptions {
  /** Requests that are struck. Default 1. */
  readonly times?: number;
  readonly timeoutMs?: number;
  /** Whether the vendor did what it was asked, so that the call is not made again for the samples behind it. */
  readonly tookEffect?: boolean;
}

/** Calls each operation of these effects while a fault strikes its requests, in the order of the samples. */
export async function underFault(
  suite: Suite,
  effects: readonly ('read' | 'idempotent' | 'keyed' | 'unsafe')[],
  fault: Fault,
  judge: (name: string, rig: Rig & { readonly fake: NonNullable<Rig['fake']> }, error: unknown) => void,
  options: FaultOptions = {},
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
    const error = await thrownBy(rig.call(name, { timeoutMs: options.timeoutMs }));
    judge(name, Object.assign(rig, { fake }), error);
    fake.forget();
    if (error !== undefined && options.tookEffect !== true) await rig.call(name).catch(() => undefined);
  }
}

/** What must hold of one unsafe call that was struck. */
type Judge = (name: string, exchanges: readonly Exchange[], error: unknown, problems: Problems) => void;

/** It was sent once and no more. */
const sentOnce: Judge = (name, exchanges, _error, problems) => {
  if (exchanges.length !== 1)
    problems.add(
      `${name} is unsafe and sent ${exchanges.length} requests: ${exchanges.map(lineOf).join(', ')}`,
    );
};

/** Its error does not claim to know whether it took effect. */
const failedAsUnknown: Judge = (name, _exchanges, error, problems) => {
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

/** What strikes unsafe operations. After the last two the vendor has done what it was asked. */
const strikes = {
  unavailable: [unavailable, { times: Number.POSITIVE_INFINITY }],
  cut: [{ kind: 'cut', when: 'after' }, { tookEffect: true }],
  silent: [
    { kind: 'latency', delayMs: Number.POSITIVE_INFINITY },
    { tookEffect: true, timeoutMs: 5_000 },
  ],
} as const satisfies Record<string, readonly [Fault, FaultOptions]>;

/** A case in which every unsafe operation is struck and judged. */
function unsafeCase(
  id: string,
  must: string,
  title: string,
  strike: keyof typeof strikes,
  judge: Judge,
): ConformanceCase {
  const run = async (suite: Suite) => {
    const problems = new Problems();
    const [fault, options] = strikes[strike];
    const judgeOne = (name: string, { fake }: { fake: AnyFake }, error: unknown) =>
      judge(name, fake.exchanges, error, problems);
    await underFault(suite, ['unsafe'], fault, judgeOne, options);
    problems.report();
  };
  return { id, must, title, run };
}

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
  unsafeCase(
    'C-012',
    'M-07',
    'an unsafe operation is sent once under a lasting 503',
    'unavailable',
    sentOnce,
  ),
  unsafeCase(
    'C-013',
    'M-07',
    'an unsafe operation is sent once when the connection is cut before the answer',
    'cut',
    sentOnce,
  ),
  unsafeCase(
    'C-014',
    'M-07',
    'an unsafe operation is sent once when no answer comes in time',
    'silent',
    sentOnce,
  ),
  unsafeCase(
    'C-015',
    'M-08',
    'an unsafe operation whose connection was cut before the answer fails with effect unknown',
    'cut',
    failedAsUnknown,
  ),
  unsafeCase(
    'C-016',
    'M-08',
    'an unsafe operation that was not answered in time fails with deadline_exceeded and effect unknown',
    'silent',
    (name, exchanges, error, problems) => {
      failedAsUnknown(name, exchanges, error, problems);
      if (isIntegrationError(error))
        problems.expect(error.code === 'deadline_exceeded', `${name}: the code is ${error.code}`);
    },
  ),
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
        sentOnce(name, sent, undefined, problems);
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
  if (rig.fake?.expiresTokens !== true) notApplicable('its credentials do not expire');
  rig.fake.inject({ fault: { kind: 'expired-token' } });
  const error = await thrownBy(rig.call(name));
  judge(name, rig.fake?.exchanges ?? [], error);
}
