/** Where counts lie: two records an integration in the `StateStore`, to which all processes add, and an index a tenant. */
import { changeJson, type StateStore, scopedState } from '@im/core';
import { addCounts, addTo, type Counts, readSeries, type Series, writeSeries } from './counts.ts';
import {
  addRecent,
  daysKept,
  foldDays,
  isOver,
  latenessMs,
  type Recent,
  readRecent,
  writeRecent,
} from './ladder.ts';
import { dayAt } from './zone.ts';

/** Counts of the minute that begins at `minute`, milliseconds since 1970. */
export interface MinuteCounts {
  readonly minute: number;
  readonly counts: Counts;
}

/** Everything that is kept of one integration. */
export interface Kept {
  readonly recent: Recent;
  readonly days: Series;
}

const expiry = { ttlMs: daysKept * 86_400_000 };
/** Most integrations of one tenant that its index names; those beyond are counted, and missing in reports made elsewhere. */
const mostNames = 1_000;

/** Reads and adds to the counts of all tenants. No key of a tenant can name another's. */
export class CountStore {
  readonly #state: StateStore;
  readonly #zoneOf: (tenant: string) => string;
  /** By integration: the day on which this process last looked whether days are to be added up. In the index too, then. */
  readonly #folded = new Map<string, number>();

  constructor(state: StateStore, zoneOf: (tenant: string) => string) {
    this.#state = scopedState(state, 'slo');
    this.#zoneOf = zoneOf;
  }

  /**
   * Adds, atomically. A store that wrote and could not say so makes the counts of these minutes count twice, never less.
   */
  async add(
    tenant: string,
    integration: string,
    minutes: readonly MinuteCounts[],
    now: number,
  ): Promise<void> {
    const state = scopedState(this.#state, tenant, integration);
    const zone = this.#zoneOf(tenant);
    const key = JSON.stringify([tenant, integration]);
    const today = dayAt(zone, now - latenessMs);
    if (!this.#folded.has(key)) await this.#index(tenant, integration);
    const isLate = ({ minute }: MinuteCounts) => isOver(zone, dayAt(zone, minute), now);
    const timely = minutes.filter((one) => !isLate(one));
    const late = minutes.filter(isLate);
    for (;;) {
      const stored = await state.get('recent');
      const recent = readRecent(stored?.value);
      // Days are added up before their quarters can be forgotten.
      if (this.#folded.get(key) !== today) await addUp(state, recent, zone, now, []);
      for (const { minute, counts } of timely) addRecent(recent, minute, counts, now);
      const written = await state.compareAndSet('recent', stored?.version, writeRecent(recent), expiry);
      if (written === undefined) continue;
      this.#folded.set(key, today);
      if (late.length > 0) await addUp(state, recent, zone, now, late);
      return;
    }
  }

  /** What is kept; nothing is written. */
  async read(tenant: string, integration: string): Promise<Kept> {
    const state = scopedState(this.#state, tenant, integration);
    // In this order: a day that moves in between is then in both, and `days` has the last word.
    const recent = readRecent((await state.get('recent'))?.value);
    return { recent, days: readSeries((await state.get('days'))?.value ?? '') };
  }

  /** The near past alone. */
  async recent(tenant: string, integration: string): Promise<Recent> {
    return readRecent((await scopedState(this.#state, tenant, integration).get('recent'))?.value);
  }

  /** Every integration of the tenant that was ever counted, by name. */
  async names(tenant: string): Promise<readonly string[]> {
    const stored = await scopedState(this.#state, tenant).get('names');
    return stored === undefined ? [] : (JSON.parse(stored.value) as string[]);
  }

  async #index(tenant: string, integration: string): Promise<void> {
    await changeJson<readonly string[]>(scopedState(this.#state, tenant), 'names', (names = []) =>
      names.includes(integration) || names.length >= mostNames ? names : [...names, integration].sort(),
    );
  }
}

/**
 * Adds up the days that are over, and what came too late for their quarters, which then belongs to the day alone: quarters of a day that is over
 * do not change, so that it does not matter who adds them up.
 */
async function addUp(
  state: StateStore,
  recent: Recent,
  zone: string,
  now: number,
  late: readonly MinuteCounts[],
): Promise<void> {
  for (;;) {
    const stored = await state.get('days');
    const days = readSeries(stored?.value ?? '');
    const isFolded = foldDays(recent, days, zone, now);
    if (!isFolded && late.length === 0) return;
    for (const { minute, counts } of late) addTo(days, dayAt(zone, minute), counts);
    if ((await state.compareAndSet('days', stored?.version, writeSeries(days), expiry)) !== undefined) return;
  }
}

/** Joins counts of the same minute. */
export function joinMinutes(minutes: readonly MinuteCounts[]): readonly MinuteCounts[] {
  const joined = new Map<number, Counts>();
  for (const { minute, counts } of minutes) {
    const before = joined.get(minute);
    joined.set(minute, before === undefined ? counts : addCounts(before, counts));
  }
  return [...joined].map(([minute, counts]) => ({ minute, counts }));
}
