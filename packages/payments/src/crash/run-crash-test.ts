/**
 * Kills real processes. A shop is a process of its own (`crash-shop.ts`); its state store and its processors live here, and survive it. Whatever it
 * does with them passes through a gate, twice: before the work, and after it, with the answer unheard. Nothing that happens between two gates can
 * be seen from outside, so that these are all the awaits at which a death differs from another.
 *
 * To be fast, one process serves many orders at once, each with a state and a processor of its own, and each is stopped at a gate of its own. When
 * all of them stand, the process gets SIGKILL: as many awaits are killed at once as there are orders. `settleMs` pass, and the next process serves
 * the same orders again; some are killed a second time. The last one comes to its end, and both books are compared, and with what must stand in
 * them: one of everything.
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryState, type StateStore } from '@im/core';
import { compareLedgers } from '../reports/compare-ledgers.ts';
import type { Booked, CrashHarness, CrashOptions, CrashReport, CrashWorld, Gate } from './crash.types.ts';
import { expectedBooks } from './order.ts';
import { type Answer, type Begin, batches, type ChildWord, decode, encode, encodeError } from './wire.ts';

/** One order: its processor, its state, and where it dies. */
interface Served {
  readonly order: string;
  readonly world: CrashWorld;
  readonly state: StateStore;
  /** The gates at which it dies, one a life; counted from 1. */
  readonly deaths: number[];
  readonly reconcilesFirst: boolean;
  /** What became of it in this life. */
  fate: 'alive' | 'stopped' | 'done';
  /** Gates that it has passed in this life. */
  passed: number;
  /** The last await that was stopped at. */
  stoppedAt: string;
  step: string;
  ours: Ours | undefined;
  readonly wrong: string[];
  /** Tells the life that a fate has changed. */
  changed: () => void;
}

interface Ours {
  readonly open: readonly unknown[];
  readonly books: readonly Booked[];
}

/** Kills processes at the awaits of an order, and says what both books hold afterwards. */
export async function runCrashTest(harness: CrashHarness, options: CrashOptions = {}): Promise<CrashReport> {
  // The first process compiles, and the others need not: most of what starting one costs.
  const cache = await mkdtemp(join(tmpdir(), 'crash-'));
  try {
    return await killAll(harness, options, cache);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

async function killAll(harness: CrashHarness, options: CrashOptions, cache: string): Promise<CrashReport> {
  const { seed = 1, ordersAtOnce = 300 } = options;
  const whole = await openOrder(harness, 'whole', [], false);
  await live(harness, [whole], cache);
  const faults = await judge(harness, whole);
  if (faults.all.length > 0)
    throw new Error(`${harness.name}: without a crash already: ${faults.all.join('; ')}`);
  const awaits = whole.passed;
  await whole.world.close?.();

  const random = randomFrom(seed);
  const plans = planDeaths(awaits, options.kills ?? awaits, random);
  const tally = { kills: 0, processes: 0, killsBy: {} as Record<string, number> };
  const found = { twice: [] as string[], lost: [] as string[], wrong: [] as string[] };
  for (let start = 0; start < plans.length; start += ordersAtOnce) {
    const orders = await Promise.all(
      plans
        .slice(start, start + ordersAtOnce)
        .map((deaths, index) => openOrder(harness, `o${start + index}`, deaths, random(2) === 0)),
    );
    // Whoever has come to the end needs no further life.
    for (let left = orders; left.length > 0; left = left.filter(({ fate }) => fate !== 'done')) {
      const began = performance.now();
      const killed = await live(harness, left, cache);
      tally.processes += killed.length > 0 ? 1 : 0;
      tally.kills += killed.length;
      for (const step of killed) tally.killsBy[step] = (tally.killsBy[step] ?? 0) + 1;
      // The shop's clock went on meanwhile, and what it began last has to settle too.
      const passedMs = Math.ceil(performance.now() - began);
      await Promise.all(left.map(({ world }) => world.advance(passedMs + harness.settleMs)));
    }
    for (const one of orders) {
      const { twice, lost, wrong } = await judge(harness, one);
      found.twice.push(...twice);
      found.lost.push(...lost);
      found.wrong.push(...wrong);
      await one.world.close?.();
    }
  }
  return { ...tally, ...found, awaits, orders: plans.length };
}

/** Every await in turn, from the first seed on; every third order dies a second time, somewhere in the life after that. */
function planDeaths(awaits: number, kills: number, random: (below: number) => number): readonly number[][] {
  const orders = Math.max(1, kills);
  const step = Math.max(1, awaits / orders);
  return Array.from({ length: orders }, (_, index) => {
    const first = 1 + (Math.floor(index * step) % awaits);
    return index % 3 === 2 ? [first, 1 + random(awaits)] : [first];
  });
}

async function openOrder(
  harness: CrashHarness,
  order: string,
  deaths: readonly number[],
  reconcilesFirst: boolean,
): Promise<Served> {
  const gate: Gate = (what, work) => pass(served, what, work);
  const world = await harness.open(gate);
  const state = memoryState({ now: () => world.now(), schedule: () => () => {} });
  const served: Served = {
    order,
    world,
    state,
    deaths: [...deaths],
    reconcilesFirst,
    fate: 'alive',
    passed: 0,
    stoppedAt: '',
    step: '',
    ours: undefined,
    wrong: [],
    changed: () => {},
  };
  return served;
}

const never = () => new Promise<never>(() => {});

/** One await: two gates. What stands at one hears nothing any more. */
async function pass<Answer>(served: Served, what: string, work: () => Promise<Answer>): Promise<Answer> {
  if (isStopped(served, `before ${what}`)) return never();
  const answer = await work();
  return isStopped(served, `after ${what}`) ? never() : answer;
}

function isStopped(served: Served, where: string): boolean {
  if (served.fate !== 'alive') return true;
  served.passed += 1;
  if (served.passed !== served.deaths[0]) return false;
  served.fate = 'stopped';
  served.stoppedAt = where;
  served.changed();
  return true;
}

/** One process. @returns the steps in which orders were killed */
async function live(
  harness: CrashHarness,
  orders: readonly Served[],
  cache: string,
): Promise<readonly string[]> {
  const byName = new Map(orders.map((one) => [one.order, one]));
  for (const one of orders) Object.assign(one, { fate: 'alive', passed: 0, step: '' });
  const child = fork(fileURLToPath(harness.shop), [], {
    execArgv: [...(harness.execArgv ?? [])],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const errors: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  const settled = new Promise<void>((resolve) => {
    const look = () => {
      if (orders.every(({ fate }) => fate !== 'alive')) resolve();
    };
    for (const one of orders) one.changed = look;
  });
  // It may have been killed meanwhile, and hears nothing any more.
  const { say } = batches<Answer>((words, sent) =>
    child.connected ? child.send(words, () => sent()) : sent(),
  );
  child.on('message', (words: readonly ChildWord[]) => {
    for (const word of words) {
      const served = byName.get(word.order);
      if (served === undefined) continue;
      if (word.kind === 'said') hear(served, word.what, word.text);
      else
        answer(served, word).then(
          (value) => say({ id: word.id, value: encode(value) }),
          (error: unknown) => say({ id: word.id, error: encodeError(error) }),
        );
    }
  });
  child.send(begin(harness, orders));
  await Promise.race([settled, ended]);
  const stopped = orders.filter(({ fate }) => fate === 'stopped');
  // A life in which everything was done ends by itself.
  if (stopped.length > 0) child.kill('SIGKILL');
  const end = await ended;
  const isRight = stopped.length > 0 ? end === 'SIGKILL' : end === 0;
  if (!isRight || orders.some(({ fate }) => fate === 'alive'))
    throw new Error(`${harness.name}: the shop ended with ${end} before it was killed\n${errors.join('')}`);
  for (const one of orders) one.deaths.shift();
  return stopped.map(({ step }) => step);
}

function begin({ abilities }: CrashHarness, orders: readonly Served[]): Begin {
  return {
    orders: orders.map(({ order, world, reconcilesFirst }) => ({
      order,
      config: world.config,
      tokens: world.tokens,
      hasSteps: hasSteps(world),
      reconcilesFirst,
      now: world.now(),
      expected: expectedBooks({ abilities }, hasSteps(world), order).map(({ reference }) => reference),
    })),
  };
}

const hasSteps = ({ tokens, finish }: CrashWorld) =>
  tokens.threeDSecure !== undefined && finish !== undefined;

function hear(served: Served, what: 'step' | 'alert' | 'done' | 'failed', text: string): void {
  // What a stopped order still says was on its way before.
  if (what === 'step') served.step = text;
  else if (what === 'done') {
    served.ours = decode(text) as Ours;
    served.fate = 'done';
    served.changed();
  } else {
    served.wrong.push(`${what} after it was killed ${served.stoppedAt}: ${text}`);
    served.fate = 'done';
    served.changed();
  }
}

function answer(
  served: Served,
  { target, method, args }: Extract<ChildWord, { kind: 'ask' }>,
): Promise<unknown> {
  const given = decode(args) as readonly unknown[];
  if (target === 'state')
    // JSON writes `null` for what is `undefined` in a list.
    return pass(served, `state.${method} ${String(given[0])}`, () =>
      stateCall(
        served.state,
        method,
        given.map((one) => one ?? undefined),
      ),
    );
  if (target === 'world') return pass(served, method, async () => served.world.answer?.(method, given));
  return pass(served, 'the return of the customer', async () => served.world.finish?.(String(given[0])));
}

function stateCall(state: StateStore, method: string, args: readonly unknown[]): Promise<unknown> {
  const members = state as unknown as Readonly<
    Record<string, (...args: readonly unknown[]) => Promise<unknown>>
  >;
  return (members[method] ?? never)(...args);
}

interface Judgement {
  readonly twice: readonly string[];
  readonly lost: readonly string[];
  readonly wrong: readonly string[];
  readonly all: readonly string[];
}

/** Compares the processor's books with ours, and with what must stand in both. */
async function judge(harness: CrashHarness, served: Served): Promise<Judgement> {
  const { order, world, ours, stoppedAt } = served;
  const theirs = await world.books();
  const expected = expectedBooks(harness, hasSteps(world), order);
  const where = (text: string) => `${order}, killed ${stoppedAt || 'nowhere'}: ${text}`;
  const twice: string[] = [];
  const lost: string[] = [];
  const wrong = served.wrong.map(where);
  const compare = (one: readonly Booked[], name: string) => {
    for (const { kind, reference } of compareLedgers(one, theirs).differences) {
      const text = where(`${kind} ${reference} (${name})`);
      if (kind === 'twice_there' || kind === 'missing_here') twice.push(text);
      else if (kind === 'missing_there') lost.push(text);
      else wrong.push(text);
    }
  };
  compare(expected, 'against what must be');
  if (ours === undefined) wrong.push(where('it was not served to its end'));
  else {
    compare(ours.books, 'against our books');
    if (ours.open.length > 0) wrong.push(where(`still open: ${JSON.stringify(ours.open)}`));
  }
  for (const must of expected) {
    const is = theirs.find(({ reference }) => reference === must.reference);
    for (const part of ['captures', 'refunds'] as const)
      if (is !== undefined && is[part] > must[part])
        twice.push(where(`${is[part]} ${part} of ${must.reference}`));
      else if (is !== undefined && is[part] < must[part])
        lost.push(where(`${is[part]} ${part} of ${must.reference}`));
  }
  return { twice, lost, wrong, all: [...twice, ...lost, ...wrong] };
}

/** A linear congruential generator: the same seed gives the same deaths. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}
