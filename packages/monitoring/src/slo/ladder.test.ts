import { describe, expect, it } from 'vitest';
import { readSeries, type Series, writeSeries } from './counts.ts';
import { addRecent, daysKept, foldDays, readRecent, writeRecent } from './ladder.ts';
import { dateOf, dayAt, startOfDay } from './zone.ts';

const minuteMs = 60_000;

describe('what is kept of one integration', () => {
  it('is bounded: at most 14 kB after 400 days of 1,000 calls a minute, some of them failed and slow', () => {
    const recent = readRecent(undefined);
    const days: Series = new Map();
    const counts = { calls: 1_000, bad: 12, slow: 34, excluded: 0 };
    const start = Date.UTC(2030, 0, 1);
    for (let minute = 0; minute < 6 * 1_440; minute += 1)
      addRecent(recent, start + minute * minuteMs, counts, start + minute * minuteMs);
    for (let day = 0; day < 2 * daysKept; day += 1)
      days.set(dayAt('UTC', start) - day, { calls: 1_440_000, bad: 17_280, slow: 48_960, excluded: 0 });
    foldDays(recent, days, 'UTC', start + 6 * 1_440 * minuteMs);
    expect(recent.minutes.size).toBe(76);
    expect(recent.quarters.size).toBe(481);
    expect(days.size).toBeLessThanOrEqual(daysKept + 1);
    expect(writeRecent(recent).length + writeSeries(days).length).toBeLessThan(14_000);
  });

  it('reads as it was written', () => {
    const series: Series = new Map([
      [29_000_000, { calls: 1, bad: 0, slow: 0, excluded: 0 }],
      [29_000_001, { calls: 0, bad: 0, slow: 0, excluded: 7 }],
      [29_000_400, { calls: 123_456_789, bad: 3, slow: 0, excluded: 0 }],
    ]);
    expect(readSeries(writeSeries(series))).toEqual(series);
    expect(readSeries('')).toEqual(new Map());
  });
});

describe('days of a zone', () => {
  it.each([
    ['UTC', '2030-01-01', '2030-01-01T00:00:00.000Z'],
    ['America/St_Johns', '2030-01-01', '2030-01-01T03:30:00.000Z'],
    ['Pacific/Kiritimati', '2030-01-01', '2029-12-31T10:00:00.000Z'],
    // Midnight did not exist: clocks went from 24:00 to 01:00.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
    // The date did not exist: Samoa went over the date line.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'],
  ])('%s begins %s at %s', (zone, date, start) => {
    const day = Date.parse(date) / 86_400_000;
    expect(dateOf(day)).toBe(date);
    expect(new Date(startOfDay(zone, day)).toISOString()).toBe(start);
  });
});
