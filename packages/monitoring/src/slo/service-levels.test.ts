import { type Clock, type ErrorCode, memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { addService, createWorld } from './__tests__/world.ts';
import { reportCsv, reportMarkdown } from './report-text.ts';
import { createServiceLevels } from './service-levels.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

describe('error budgets', () => {
  it('count what failed through the service, and not what the caller did wrong', async () => {
    await using world = createWorld();
    world.registry.configureTenant('acme', { slaTarget: 0.9 });
    addService(world, 'acme', 'api');
    await using levels = createServiceLevels(world);
    await world.ask('acme', 'api', 95);
    await world.ask('acme', 'api', 5, 'unavailable');
    for (const code of ['not_found', 'invalid_argument', 'cancelled'] satisfies ErrorCode[])
      await world.ask('acme', 'api', 10, code);
    await world.clock.advance(minuteMs);
    const { counts, availability } = await levels.level('acme', 'api');
    expect(counts).toEqual({ calls: 130, bad: 5, slow: 0, excluded: 0 });
    expect(availability).toMatchObject({ target: 0.9, allowed: 13, used: 5, isMet: true });
    expect(availability?.left).toBeCloseTo(8 / 13, 10);
    const { burnRate } = await levels.windows('acme', 'api');
    expect(burnRate('availability', 5 * minuteMs)).toBeCloseTo(5 / 130 / 0.1, 10);
    expect(burnRate('latency', 5 * minuteMs)).toBeUndefined();
  });

  it('count what was slower than the objective allows', async () => {
    await using world = createWorld();
    addService(world, 'acme', 'api');
    const latency = { thresholdMs: 500, target: 0.5 };
    await using levels = createServiceLevels({ ...world, objectives: [{ tenant: 'acme', latency }] });
    await world.ask('acme', 'api', 3, undefined, 500);
    await world.ask('acme', 'api', 1, undefined, 501);
    await levels.collect();
    expect((await levels.level('acme', 'api')).latency).toMatchObject({ share: 0.75, used: 1, left: 0.5 });
    expect((await levels.level('acme', 'api')).availability).toBeUndefined();
  });

  it('forget a failure when the window has passed it, one window after the other', async () => {
    await using world = createWorld();
    addService(world, 'acme', 'api');
    await using levels = createServiceLevels({ ...world, objectives: [{ availability: 0.99 }] });
    await world.ask('acme', 'api', 1, 'internal');
    const rates = async () => {
      const { burnRate } = await levels.windows('acme', 'api');
      return [5, 60, 6 * 60].map((minutes) => Math.round(burnRate('availability', minutes * minuteMs) ?? -1));
    };
    await world.clock.advance(minuteMs);
    expect(await rates()).toEqual([100, 100, 100]);
    await world.clock.advance(6 * minuteMs);
    expect(await rates()).toEqual([0, 100, 100]);
    await world.clock.advance(hourMs);
    expect(await rates()).toEqual([0, 0, 100]);
    await world.clock.advance(6 * hourMs);
    expect(await rates()).toEqual([0, 0, 0]);
  });

  it.each([
    [28, 1],
    [30, 3],
  ] as const)('look back on %i whole days of the zone, today included', async (windowDays, calls) => {
    const state = memoryState({ now: () => 0, schedule: () => () => {} });
    const objectives = [{ availability: 0.9, windowDays }];
    const timeZone = () => 'America/New_York';
    // Midnight in New York, and the minute before it, at both beginnings: April 30th and May 2nd.
    for (const start of [
      '2030-04-30T03:59:00Z',
      '2030-04-30T04:00:00Z',
      '2030-05-02T03:59:00Z',
      '2030-05-02T04:00:00Z',
    ]) {
      await using world = createWorld({ start, state });
      addService(world, 'acme', 'api');
      await using _levels = createServiceLevels({ ...world, timeZone });
      await world.ask('acme', 'api', 1);
      await world.clock.advance(1);
    }
    await using world = createWorld({ start: '2030-05-30T03:59:00Z', state });
    await using levels = createServiceLevels({ ...world, objectives, timeZone });
    expect((await levels.level('acme', 'api')).counts.calls).toBe(calls);
  });

  it('are those of all processes, and outlive each of them', async () => {
    const clock = createVirtualClock();
    const shared = { clock, state: memoryState(clock) };
    {
      await using one = createWorld(shared);
      await using other = createWorld(shared);
      for (const world of [one, other]) addService(world, 'acme', 'api');
      await using levels = createServiceLevels({ ...one, objectives: [{ availability: 0.9 }] });
      await using others = createServiceLevels({ ...other, objectives: [{ availability: 0.9 }] });
      await Promise.all([one.ask('acme', 'api', 7), other.ask('acme', 'api', 4, 'internal')]);
      await Promise.all([levels.collect(), others.collect()]);
      expect((await levels.level('acme', 'api')).counts).toMatchObject({ calls: 11, bad: 4 });
      await one.ask('acme', 'api', 1);
    }
    await using restarted = createWorld(shared);
    await using levels = createServiceLevels({ ...restarted, objectives: [{ availability: 0.9 }] });
    expect((await levels.level('acme', 'api')).counts).toMatchObject({ calls: 12, bad: 4 });
    expect(await levels.levels('other')).toEqual([]);
  });

  it('lose nothing while the store is away', async () => {
    await using world = createWorld();
    addService(world, 'acme', 'api');
    let isAway = true;
    const state = {
      ...world.state,
      compareAndSet: (...args: Parameters<typeof world.state.compareAndSet>) =>
        isAway ? Promise.reject(new Error('away')) : world.state.compareAndSet(...args),
    };
    await using levels = createServiceLevels({ ...world, state });
    await world.ask('acme', 'api', 2, 'internal');
    await world.clock.advance(2 * minuteMs);
    await world.ask('acme', 'api', 3);
    await world.clock.advance(minuteMs);
    expect((await levels.level('acme', 'api')).counts.calls).toBe(0);
    isAway = false;
    await world.clock.advance(minuteMs);
    expect((await levels.level('acme', 'api')).counts).toMatchObject({ calls: 5, bad: 2 });
  });
});

describe('days that are over', () => {
  it('take what was kept back for longer than an hour after their end, once', async () => {
    await using world = createWorld({ start: '2030-01-15T21:00:00Z' });
    for (const name of ['api', 'mail']) addService(world, 'acme', name);
    let isAway = false;
    const state = {
      ...world.state,
      compareAndSet: (...args: Parameters<typeof world.state.compareAndSet>) =>
        isAway ? Promise.reject(new Error('away')) : world.state.compareAndSet(...args),
    };
    await using levels = createServiceLevels({ ...world, state });
    await world.ask('acme', 'api', 1);
    await world.clock.advance(hourMs);
    isAway = true;
    for (const name of ['api', 'mail']) await world.ask('acme', name, 2);
    await world.clock.advance(4 * hourMs);
    isAway = false;
    await world.clock.advance(minuteMs);
    const { integrations } = await levels.monthlyReport('acme', '2030-01');
    expect(integrations.map(({ days }) => days.map(({ date, counts }) => `${date} ${counts.calls}`))).toEqual(
      [['2030-01-15 3'], ['2030-01-15 2']],
    );
  });
});

describe('maintenance', () => {
  it('takes its calls out of everything, to the minute, for what it names alone', async () => {
    await using world = createWorld({ start: '2030-01-15T12:00:00Z' });
    for (const name of ['api', 'mail']) addService(world, 'acme', name);
    await using levels = createServiceLevels({ ...world, objectives: [{ availability: 0.9 }] });
    const from = Date.parse('2030-01-15T12:02:00Z');
    await levels.addMaintenance('acme', {
      integration: 'api',
      from,
      to: from + 2 * minuteMs,
      why: 'upgrade',
    });
    for (let minute = 0; minute < 6; minute += 1) {
      for (const name of ['api', 'mail']) await world.ask('acme', name, 1, 'unavailable');
      await world.clock.advance(minuteMs);
    }
    expect((await levels.level('acme', 'api')).counts).toEqual({ calls: 4, bad: 4, slow: 0, excluded: 2 });
    expect((await levels.level('acme', 'mail')).counts).toMatchObject({ calls: 6, excluded: 0 });
  });

  it('is announced ahead, and well-formed', async () => {
    await using world = createWorld();
    await using levels = createServiceLevels(world);
    const now = world.clock.now();
    const add = (from: number, to: number) => levels.addMaintenance('acme', { from, to, why: 'upgrade' });
    await expect(add(now - minuteMs, now + minuteMs)).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(add(now + 2 * minuteMs, now + minuteMs)).rejects.toThrow('ends before it begins');
    await expect(add(now + 1, now + minuteMs)).rejects.toThrow('whole minute');
  });
});

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
