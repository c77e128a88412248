/**
 * Counts of one integration over time, finer the nearer: minutes for 75 minutes, quarters of an hour for five days, and
 * days for 400. Together at most 958 buckets, 13 kB of text when all of them are busy, however many calls there are.
 *
 * A call is counted in its minute and its quarter. When a day is over, and an hour more for those who were late, its quarters are
 * added up into the day, once; that the sum of the same quarters is the same makes it safe to do twice.
 */
import { addTo, type Counts, readSeries, type Series, sumOf, writeSeries } from './counts.ts';
import { dayAt, quarterMs, startOfDay } from './zone.ts';

/** Milliseconds of the finest bucket. */
export const minuteMs = 60_000;
const minutesKept = 75;
const quartersKept = (5 * 86_400_000) / quarterMs;
/** A little more than thirteen months. */
export const daysKept = 400;
/** How long after its end a day may still get calls before it is added up, milliseconds. */
export const latenessMs = 3_600_000;

/** The near past of one integration. */
export interface Recent {
  readonly minutes: Series;
  readonly quarters: Series;
}

/** Reads a record; `undefined` is an empty one. Each part is read when it is first asked for. */
export function readRecent(text: string | undefined): Recent {
  const [minutesText = '', quartersText = ''] = (text ?? '').split('|');
  let minutes: Series | undefined;
  let quarters: Series | undefined;
  return {
    get minutes() {
      minutes ??= readSeries(minutesText);
      return minutes;
    },
    get quarters() {
      quarters ??= readSeries(quartersText);
      return quarters;
    },
  };
}

/** The record as text. */
export function writeRecent({ minutes, quarters }: Recent): string {
  return `${writeSeries(minutes)}|${writeSeries(quarters)}`;
}

/** Counts calls that ended in the minute that begins at `minute`, and forgets what is too old. */
export function addRecent({ minutes, quarters }: Recent, minute: number, counts: Counts, now: number): void {
  addTo(minutes, Math.floor(minute / minuteMs), counts);
  addTo(quarters, Math.floor(minute / quarterMs), counts);
  forget(minutes, Math.floor(now / minuteMs) - minutesKept);
  forget(quarters, Math.floor(now / quarterMs) - quartersKept);
}

/** Drops buckets before `first`. */
export function forget(series: Series, first: number): void {
  for (const bucket of series.keys()) if (bucket < first) series.delete(bucket);
}

/**
 * Counts of the last `windowMs` milliseconds, up to five days; by minutes up to an hour, by quarters beyond, so that a
 * window reaches back up to a quarter of an hour too far.
 */
export function countWindow({ minutes, quarters }: Recent, windowMs: number, now: number): Counts {
  const isShort = windowMs <= 3_600_000;
  const size = isShort ? minuteMs : quarterMs;
  return sumOf(
    isShort ? minutes : quarters,
    Math.floor((now - windowMs) / size),
    Math.floor((now - 1) / size),
  );
}

/** Counts of a whole day from its quarters, as far as they are kept. */
export function countDay({ quarters }: Recent, zone: string, day: number): Counts {
  return sumOf(quarters, startOfDay(zone, day) / quarterMs, startOfDay(zone, day + 1) / quarterMs - 1);
}

/** Days of which there are quarters, in order. */
export function daysIn({ quarters }: Recent, zone: string): readonly number[] {
  const days: number[] = [];
  for (const quarter of [...quarters.keys()].sort((one, other) => one - other)) {
    const last = days.at(-1);
    if (last === undefined || quarter * quarterMs >= startOfDay(zone, last + 1))
      days.push(dayAt(zone, quarter * quarterMs));
  }
  return days;
}

/** Whether a day is over, so that it is added up. */
export function isOver(zone: string, day: number, now: number): boolean {
  return startOfDay(zone, day + 1) + latenessMs <= now;
}

/** Adds up every day that is over and is not among `days` yet. @returns whether there was one */
export function foldDays(recent: Recent, days: Series, zone: string, now: number): boolean {
  const over = daysIn(recent, zone).filter((day) => !days.has(day) && isOver(zone, day, now));
  for (const day of over) days.set(day, countDay(recent, zone, day));
  forget(days, dayAt(zone, now) - daysKept);
  return over.length > 0;
}

/** Counts of the days from `first` up to, and without, `next`. */
export function countDays(
  recent: Recent,
  days: Series,
  zone: string,
  first: number,
  next: number,
): ReadonlyMap<number, Counts> {
  const all = new Map<number, Counts>();
  for (const [day, counts] of days) if (day >= first && day < next) all.set(day, counts);
  for (const day of daysIn(recent, zone))
    if (day >= first && day < next && !all.has(day)) all.set(day, countDay(recent, zone, day));
  return new Map([...all].sort(([one], [other]) => one - other));
}
