/**
 * Which payments were begun on a day. A line is written for each before its record is: `day/<day>/<position>`, with the position from a counter of
 * the day, so that writing takes the same time however many there are. The record names its line; lines of beginnings that came to nothing, or
 * were begun anew later, are passed over.
 */
import type { GatewayContext } from './context.ts';

const dayMs = 86_400_000;

/** The day of an instant, in UTC: `2030-01-31`. */
export const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

/** The day after, and the instant at which it begins. */
export function dayAfter(day: string): { readonly day: string; readonly from: number } {
  const from = Date.parse(day) + dayMs;
  return { day: dayOf(from), from };
}

const lineKey = (day: string, position: number) => `day/${day}/${position}`;

/** Writes a line for a payment that is about to be begun. @returns its name, for the record */
export async function noteOnDay({ state }: GatewayContext, reference: string, now: number): Promise<string> {
  const day = dayOf(now);
  const line = lineKey(day, await state.increment(`day/${day}`));
  await state.set(line, reference);
  return line;
}

/** How many lines a day has. */
export async function linesOfDay({ state }: GatewayContext, day: string): Promise<number> {
  return Number((await state.get(`day/${day}`))?.value ?? 0);
}

/** One line. `undefined`: its writer was killed before it wrote it. */
export async function readLine(
  { state }: GatewayContext,
  day: string,
  position: number,
): Promise<{ readonly line: string; readonly reference: string } | undefined> {
  const line = lineKey(day, position);
  const stored = await state.get(line);
  return stored && { line, reference: stored.value };
}
