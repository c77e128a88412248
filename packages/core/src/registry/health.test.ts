import { describe, expect, it } from 'vitest';
import { statuses } from '../status.ts';
import { Condition } from './condition.ts';
import { CheckStreak, checkDelayMs, healthDefaults, OutcomeWindow } from './health.ts';
import { judge, type ReasonKind, reasonStatus, transitions } from './status-machine.ts';

describe('the share of failed calls', () => {
  const fill = (outcomes: string) => {
    const window = new OutcomeWindow({ window: 20, degradedRatio: 0.2 });
    return [...outcomes]
      .map((outcome) => {
        window.add(
          outcome === 'x'
            ? 'unavailable'
            : outcome === 'n'
              ? 'not_found'
              : outcome === 'c'
                ? 'cancelled'
                : undefined,
        );
        return window.bad ? 'B' : '.';
      })
      .join('');
  };

  it.each([
    ['one failure among few successes is no evidence', '.x.......', '.........'],
    ['a series without any success is', 'xx', 'BB'],
    ['from ten outcomes on the share counts', '........xx', '.........B'],
    ['it is well again only below half of the share', '........xx..........', '.........BBBBBBBBBBB'],
    [
      'errors of the caller and cancelled calls tell nothing of the service',
      'nnnnnnnnnnncccc',
      '...............',
    ],
  ])('%s', (_title, outcomes, verdicts) => {
    expect(fill(outcomes)).toBe(verdicts);
  });

  it('is well again when enough successes have pushed the failures out', () => {
    expect(fill(`........xx${'.'.repeat(20)}`).slice(-3)).toBe('B..');
  });

  it('counts exactly the last `window` outcomes, whatever came before', () => {
    const window = new OutcomeWindow({ window: 4, degradedRatio: 0.5 });
    for (let round = 0; round < 100; round += 1) window.add(round % 3 === 0 ? 'internal' : undefined);
    expect(window.says).toBe('2 of the last 4 calls failed');
  });
});

describe('checks in a row', () => {
  it.each([
    ['ooxxo', '.....', 'two failures of three do nothing'],
    ['oxxx', '...B', 'three in a row make it unhealthy'],
    ['oxxxoxo', '...BBBB', 'one success does not make it well'],
    ['oxxxoo', '...BB.', 'two in a row do'],
    ['xo', 'BB', 'the check at start decides at once'],
    ['xoo', 'BB.', 'and is outdone by two successes'],
  ])('%s gives %s: %s', (results, verdicts) => {
    const streak = new CheckStreak(healthDefaults);
    const got = [...results].map((result, index) => {
      streak.add(result === 'o', index === 0);
      return streak.unhealthy ? 'B' : '.';
    });
    expect(got.join('')).toBe(verdicts);
  });

  it.each([
    [0, 24_000],
    [0.5, 30_000],
    [0.999_999, 36_000],
  ])('come %d of the way between 24 and 36 seconds', (random, delayMs) => {
    expect(Math.round(checkDelayMs(healthDefaults, () => random))).toBe(delayMs);
  });
});

describe('the status machine', () => {
  const kinds = Object.keys(reasonStatus) as ReasonKind[];

  it('is as bad as its worst reason', () => {
    expect(judge([])).toBe('healthy');
    for (const one of kinds) {
      for (const other of kinds) {
        const worst = [reasonStatus[one], reasonStatus[other]].includes('unhealthy')
          ? 'unhealthy'
          : 'degraded';
        expect(judge([one, other].map((kind) => ({ kind, says: '', since: 0 })))).toBe(worst);
      }
    }
  });

  it('can leave every state but the last, and reach every state', () => {
    for (const status of statuses) {
      expect(transitions[status].length > 0).toBe(status !== 'stopped');
      if (status !== 'registered') expect(Object.values(transitions).flat()).toContain(status);
    }
  });

  it('refuses a way that the table does not have', () => {
    const condition = new Condition(
      'registered',
      0,
      () => 1,
      () => {},
    );
    condition.enter('stopped');
    expect(() => condition.enter('starting')).toThrow('cannot go from stopped to starting');
  });

  it('tells of each state it enters, with the reason, and keeps the instant at which it began', () => {
    let now = 1;
    const told: string[] = [];
    const condition = new Condition(
      'registered',
      0,
      () => now,
      (from, to, why) => told.push(`${from} ${to} ${why ?? ''}`),
    );
    condition.enter('starting');
    condition.settle();
    now = 5;
    condition.set({ kind: 'error_rate', says: 'many' });
    now = 6;
    condition.set({ kind: 'error_rate', says: 'more' });
    expect([condition.since, condition.reasons()]).toEqual([
      5,
      [{ kind: 'error_rate', says: 'more', since: 5 }],
    ]);
    condition.set({ kind: 'check_failed', says: 'no answer' });
    condition.clear('error_rate', 'check_failed');
    expect(told).toEqual([
      'registered starting ',
      'starting healthy ',
      'healthy degraded many',
      'degraded unhealthy no answer',
      'unhealthy healthy ',
    ]);
  });
});
