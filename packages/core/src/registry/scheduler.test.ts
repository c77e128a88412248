import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../__tests__/clock.ts';
import { Scheduler } from './scheduler.ts';

describe('the scheduler', () => {
  it('runs every task once, at its instant, in order, with one timer at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1_000), { maxLength: 60 }), async (delays) => {
        const clock = createTestClock(0);
        const scheduler = new Scheduler(clock);
        const ran: [due: number, at: number][] = [];
        for (const due of delays) {
          scheduler.at(due, () => ran.push([due, clock.now()]));
          expect(clock.pending).toBe(1);
        }
        await clock.advance(1_000);
        expect(ran).toEqual(delays.toSorted((one, other) => one - other).map((due) => [due, due]));
        expect([clock.pending, scheduler.size]).toEqual([0, 0]);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves out what was cancelled, and everything once it is closed', async () => {
    const clock = createTestClock(0);
    const scheduler = new Scheduler(clock);
    const ran: string[] = [];
    const task = scheduler.at(5, () => ran.push('cancelled'));
    scheduler.at(6, () => ran.push('due'));
    scheduler.at(20, () => ran.push('late'));
    scheduler.cancel(task);
    await clock.advance(10);
    scheduler.close();
    scheduler.at(12, () => ran.push('after'));
    expect(clock.pending).toBe(0);
    await clock.advance(100);
    expect(ran).toEqual(['due']);
  });

  it('has no timer when all that was left is cancelled', async () => {
    const clock = createTestClock(0);
    const scheduler = new Scheduler(clock);
    const ran: string[] = [];
    const tasks = [9, 3, 5].map((due) => scheduler.at(due, () => ran.push('cancelled')));
    for (const task of tasks) scheduler.cancel(task);
    expect([clock.pending, scheduler.size]).toEqual([0, 0]);
    scheduler.at(4, () => ran.push('due'));
    await clock.advance(10);
    expect(ran).toEqual(['due']);
  });
});
