/**
 * Days and months where people live. A day is known by its number: days since 1970 of its date, so that dates are counted without any
 * zone; only where a day begins is asked of the zone. Days of 23 and 25 hours, zones of half and quarter hours, and days
 * that begin at one in the morning come out right, since the beginning is searched for, never computed.
 */

/** Every offset in use is a multiple of it, so every day begins at one. */
export const quarterMs = 900_000;
const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for what is no name of the IANA time zone database */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const parts = { calendar: 'gregory', year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, ...parts });
  formats.set(timeZone, format);
  return format;
}

/** Number of the day at `instant`, milliseconds since 1970. @throws RangeError for an unknown zone */
export function dayAt(zone: string, instant: number): number {
  const parts = formatOf(zone).formatToParts(instant);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day')) / dayMs;
}

const starts = new Map<string, number>();
const mostStarts = 10_000;

/** First instant of a day: the first quarter of an hour that has its date, or a later one where the zone left the date out. */
export function startOfDay(zone: string, day: number): number {
  const key = `${day} ${zone}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  if (starts.size >= mostStarts) starts.clear();
  const start = findStart(zone, day);
  starts.set(key, start);
  return start;
}

function findStart(zone: string, day: number): number {
  // Zones lie between UTC-12 and UTC+14.
  let before = Math.floor((day * dayMs - 16 * 3_600_000) / quarterMs);
  let after = Math.ceil((day * dayMs + 16 * 3_600_000) / quarterMs);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayAt(zone, middle * quarterMs) >= day) after = middle;
    else before = middle;
  }
  return after * quarterMs;
}

/** `2030-01-31`. */
export function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Whether this is a calendar month: `2030-01`. */
export function isMonth(name: string): boolean {
  return /^\d{4}-(?:0[1-9]|1[0-2])$/.test(name);
}

/** A month's first day, and the first of the next one. */
export function daysOf(name: string): { readonly first: number; readonly next: number } {
  const [year = 0, number = 0] = name.split('-').map(Number);
  return { first: Date.UTC(year, number - 1, 1) / dayMs, next: Date.UTC(year, number, 1) / dayMs };
}

/** The month at `instant`. */
export function monthAt(zone: string, instant: number): string {
  return dateOf(dayAt(zone, instant)).slice(0, 7);
}
