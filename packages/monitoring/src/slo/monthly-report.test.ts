import { type Clock, memoryState } from '@im/core';
import { describe, expect, it } from 'vitest';
import { addService, createWorld } from './__tests__/world.ts';
import { reportCsv, reportMarkdown } from './report-text.ts';
import { createServiceLevels } from './service-levels.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

describe('monthly reports', () => {
  /** Calls once at each instant, every time in a process that was started for it. */
  async function callAt(timeZone: string, instants: readonly string[]) {
    const state = memoryState({ now: () => 0, schedule: () => () => {} });
    for (const start of instants) {
      await using world = createWorld({ start, state });
      addService(world, 'acme', 'api');
      await using _levels = createServiceLevels({ ...world, timeZone: () => timeZone });
      await world.ask('acme', 'api', 1);
      await world.clock.advance(1);
    }
    return async (at: string, month: string) => {
      await using world = createWorld({ start: at, state });
      await using levels = createServiceLevels({ ...world, timeZone: () => timeZone });
      return levels.monthlyReport('acme', month);
    };
  }

  it('begin and end at midnight of the zone, to the minute', async () => {
    // New Year in Kathmandu (UTC+5:45) is at 18:15 UTC.
    const report = await callAt('Asia/Kathmandu', [
      '2029-12-31T18:14:30Z',
      '2029-12-31T18:15:00Z',
      '2030-01-31T18:14:59Z',
      '2030-01-31T18:15:00Z',
    ]);
    const january = await report('2030-02-03T00:00:00Z', '2030-01');
    expect(january).toMatchObject({
      from: Date.parse('2029-12-31T18:15:00Z'),
      to: Date.parse('2030-01-31T18:15:00Z'),
      isComplete: true,
      total: { calls: 2 },
    });
    expect(january.integrations[0]?.days.map(({ date }) => date)).toEqual(['2030-01-01', '2030-01-31']);
    expect((await report('2030-02-03T00:00:00Z', '2029-12')).total.calls).toBe(1);
    expect((await report('2030-02-03T00:00:00Z', '2030-02')).total.calls).toBe(1);
  });

  it('are not moved by a timer that is late', async () => {
    await using world = createWorld({ start: '2029-12-31T23:59:30Z' });
    addService(world, 'acme', 'api');
    const clock: Clock = {
      ...world.clock,
      schedule: (delayMs, ...rest) => world.clock.schedule(delayMs + 50, ...rest),
    };
    await using levels = createServiceLevels({ ...world, clock });
    await world.ask('acme', 'api', 1);
    await world.clock.advance(minuteMs);
    expect((await levels.monthlyReport('acme', '2029-12')).total.calls).toBe(1);
  });

  it('know days of 23 and 25 hours, and leap years', async () => {
    const report = await callAt('Europe/Berlin', [
      '2028-02-29T12:00:00Z',
      '2028-03-26T21:59:00Z',
      '2028-10-29T22:59:00Z',
    ]);
    const days = async (month: string) =>
      (await report('2028-11-05T00:00:00Z', month)).integrations.flatMap((one) =>
        one.days.map(({ date }) => date),
      );
    expect(await days('2028-02')).toEqual(['2028-02-29']);
    expect(await days('2028-03')).toEqual(['2028-03-26']);
    expect(await days('2028-10')).toEqual(['2028-10-29']);
    const october = await report('2028-11-05T00:00:00Z', '2028-10');
    expect(october.to - october.from).toBe(31 * 24 * hourMs + hourMs);
  });

  it('hold a day once, however often it was added up, and keep what has gone from the near past', async () => {
    const instants = Array.from({ length: 12 }, (_, day) => `2030-01-${String(10 + day)}T23:30:00Z`);
    const report = await callAt(
      'UTC',
      instants.flatMap((one) => [one, one]),
    );
    expect((await report('2030-03-01T00:00:00Z', '2030-01')).total.calls).toBe(24);
  });

  it('are refused for months that are none, to come, or forgotten', async () => {
    await using world = createWorld({ start: '2030-01-15T12:00:00Z' });
    await using levels = createServiceLevels(world);
    for (const [month, says] of [
      ['2030-13', 'no month'],
      ['2030-02', 'still to come'],
      ['2028-11', 'no longer kept'],
    ] as const)
      await expect(levels.monthlyReport('acme', month)).rejects.toThrow(says);
    expect(await levels.monthlyReport('acme', '2028-12').catch(() => 'refused')).toBe('refused');
    expect((await levels.monthlyReport('acme', '2029-01')).integrations).toEqual([]);
  });

  it('read well as Markdown, and safely as CSV', async () => {
    await using world = createWorld({ start: '2030-01-15T12:00:00Z' });
    const name = '=HYPERLINK("http://x"),|b|';
    addService(world, 'acme', name);
    await using levels = createServiceLevels({ ...world, objectives: [{ availability: 0.99 }] });
    await world.ask('acme', name, 199);
    await world.ask('acme', name, 1, 'internal');
    await levels.collect();
    const report = await levels.monthlyReport('acme', '2030-01');
    const lines = reportMarkdown(report).split('\n');
    expect(lines[0]).toBe('# Service levels of acme, 2030-01');
    expect(lines.at(-2)).toBe(
      '| =HYPERLINK\\("http://x"\\),\\|b\\| | 200 | 1 | 99.5 % | 99 % | kept | 50 % | – | – | – |',
    );
    expect(reportCsv(report)).toBe(
      'tenant,month,date,integration,calls,bad,slow,excluded,availability\r\n' +
        'acme,2030-01,2030-01-15,"\'=HYPERLINK(""http://x""),|b|",200,1,0,0,0.995\r\n',
    );
  });
});
