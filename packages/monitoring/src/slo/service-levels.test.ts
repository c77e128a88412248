import { type ErrorCode, memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { addService, createWorld } from './__tests__/world.ts';
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
