/**
 * How benchmarks measure and what they report, shared by all groups.
 *
 * A group is a file `benchmarks/<group>.ts` that exports `run: () => Promise<readonly Line[]>`; `run.ts` finds it by
 * its name (`npm run bench -- <group>`), so that there is no list to keep. `Line`, `contest` and `bytesPerCall` below
 * are what it needs.
 */

/** One line of a report: a figure of ours beside one of a named peer, taken in the same run. */
export interface Line {
  /** What was measured, and against whom: `successful call, against opossum`. */
  readonly line: string;
  readonly ours: number;
  readonly peer: number;
  /** Of `ours` and `peer`: `ns CPU`, `bytes`, `ms`. */
  readonly unit: string;
  /** `ours / peer`. */
  readonly ratio: number;
  /** The bar. `ratio`: at most this. `ours`: at most this many units. */
  readonly goal: { readonly ratio: number } | { readonly ours: number };
}

/** Builds a {@link Line}; the ratio is computed. */
export function line(name: string, unit: string, ours: number, peer: number, goal: Line['goal']): Line {
  return { line: name, ours: rounded(ours), peer: rounded(peer), unit, ratio: rounded(ours / peer), goal };
}

/** Whether a line meets its bar. */
export function meets({ goal, ratio, ours }: Line): boolean {
  return 'ratio' in goal ? ratio <= goal.ratio : ours <= goal.ours;
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** Does the same work `times` times over. */
export type Contender = (times: number) => Promise<void>;

/** How long and how often a contest runs. */
export interface ContestOptions {
  /** Repetitions in one round of one contender. */
  readonly times: number;
  /** Default 9. */
  readonly rounds?: number;
}

/**
 * Runs the contenders in turn, round by round, so that whatever disturbs the machine disturbs all of them.
 *
 * @returns for each, the median over the rounds of the CPU time of one repetition, nanoseconds
 */
export async function contest<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  options: ContestOptions,
): Promise<Record<Name, number>> {
  const taken = await timedContest(contenders, options);
  return Object.fromEntries(
    (Object.keys(contenders) as Name[]).map((name) => [name, taken[name].cpu]),
  ) as Record<Name, number>;
}

/** What one repetition takes, nanoseconds: of the CPU, and by the clock on the wall. */
export interface Taken {
  readonly cpu: number;
  readonly wall: number;
}

/** The same contest, with the time that passed beside the CPU time. */
export async function timedContest<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { times, rounds = 9 }: ContestOptions,
): Promise<Record<Name, Taken>> {
  const names = Object.keys(contenders) as Name[];
  const taken = names.map((name) => ({ name, cpu: [] as number[], wall: [] as number[] }));
  // Three rounds that do not count, for the compiler to settle.
  for (const name of [...names, ...names, ...names]) await contenders[name](times);
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, cpu, wall } of taken) {
      const before = process.cpuUsage();
      const from = performance.now();
      await contenders[name](times);
      const passed = performance.now() - from;
      const { user, system } = process.cpuUsage(before);
      cpu.push(((user + system) * 1_000) / times);
      wall.push((passed * 1e6) / times);
    }
  }
  return Object.fromEntries(
    taken.map(({ name, cpu, wall }) => [name, { cpu: median(cpu), wall: median(wall) }]),
  ) as Record<Name, Taken>;
}

/** Bytes that one repetition allocates; needs `--expose-gc`. `times` must be few enough that none is collected meanwhile. */
export async function bytesPerCall(contender: Contender, times = 1_000, rounds = 9): Promise<number> {
  await contender(times);
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    await contender(times);
    taken.push((process.memoryUsage().heapUsed - before) / times);
  }
  return median(taken);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A contender that makes one call after the other. */
export function oneByOne(call: () => Promise<unknown>): Contender {
  return async (times) => {
    for (let index = 0; index < times; index += 1) await call();
  };
}

/** A contender that makes one failing call after the other. */
export function failing(call: () => Promise<unknown>): Contender {
  return async (times) => {
    for (let index = 0; index < times; index += 1) {
      const failed = await call().then(
        () => false,
        () => true,
      );
      if (!failed) throw new Error('a call that was to fail has succeeded');
    }
  };
}

/** A contender that keeps `width` calls in flight. */
export function inFlight(width: number, call: (index: number) => Promise<unknown>): Contender {
  return async (times) => {
    for (let done = 0; done < times; done += width) {
      await Promise.all(Array.from({ length: width }, (_, index) => call(index)));
    }
  };
}
