/** Real processes, killed by SIGKILL at the awaits of authorize, capture, refund, void and confirm: nothing twice, nothing lost. */
import { afterAll, describe, expect, it } from 'vitest';
import { memoryCrashHarness } from './__fixtures__/crash-harness.ts';
import { type CrashReport, runCrashTest } from './crash.ts';
import type { MemoryDriverOptions } from './memory/memory-driver.ts';

/** In CI every await at every kind of processor; elsewhere some of them. */
const isThorough = process.env.CI === 'true';

const kinds: Readonly<Record<string, MemoryDriverOptions>> = {
  'keys and references': {},
  'references alone': { keys: false },
  'keys alone': { references: false },
  'keys alone, asked by its id': { lookup: 'id' },
  'keys alone, never asked': { references: false, lookup: 'none' },
};
const harnesses = isThorough
  ? Object.entries(kinds).map(([name, kind]) => memoryCrashHarness(name, [kind]))
  : [memoryCrashHarness('five kinds, in turn', Object.values(kinds))];

describe('a shop whose process is killed', { timeout: 300_000 }, () => {
  const reports: CrashReport[] = [];
  afterAll(() => {
    const sum = (count: (report: CrashReport) => number) =>
      reports.reduce((total, report) => total + count(report), 0);
    const [kills, processes] = [sum((one) => one.kills), sum((one) => one.processes)];
    const [twice, lost] = [sum((one) => one.twice.length), sum((one) => one.lost.length)];
    console.log(`${kills} awaits killed, in ${processes} processes: ${twice} twice, ${lost} lost`);
  });

  it.each(harnesses)('moves money once, and loses nothing, at processors with $name', async (harness) => {
    const options = isThorough ? {} : { kills: 100 };
    const report = await runCrashTest(harness, { seed: 1 + reports.length, ...options });
    reports.push(report);
    expect([report.twice, report.lost, report.wrong]).toEqual([[], [], []]);
    expect(report.kills).toBeGreaterThanOrEqual(options.kills ?? report.awaits);
    const steps = ['authorize', 'capture', 'confirm', 'create', 'refund', 'void'];
    expect(Object.keys(report.killsBy)).toEqual(expect.arrayContaining(steps));
  });

  it.runIf(isThorough)('was killed at 1,000 awaits or more', () => {
    expect(reports.reduce((total, { kills }) => total + kills, 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('is caught when money moves twice: at a processor that forgets its keys, and shows no references', async () => {
    const harness = memoryCrashHarness('a bad memory', [{ references: false }], { keys: false });
    const { twice } = await runCrashTest(harness, { kills: 60 });
    expect(twice.length).toBeGreaterThan(0);
  });
});
