/** Where counts lie: two records an integration in the `StateStore`, to which all processes add, and an index a tenant. */
import { type StateStore, scopedState } from '@im/core';
import { changeJson } from './change-json.ts';
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
    const isNew = this.#folded.get(key) !== today;
    if (!this.#folded.has(key)) await this.#index(tenant, integration);
    for (;;) {
      const stored = await state.get('recent');
      const recent = readRecent(stored?.value);
      // Days are added up before their quarters can be forgotten.
      if (isNew) await changeDays(state, (days) => foldDays(recent, days, zone, now));
      for (const { minute, counts } of minutes) addRecent(recent, minute, counts, now);
      const written = await state.compareAndSet('recent', stored?.version, writeRecent(recent), expiry);
      if (written !== undefined) break;
    }
    this.#folded.set(key, today);
    for (const late of minutes)
      if (isOver(zone, dayAt(zone, late.minute), now)) await addLate(state, zone, late);
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

/** Counts that were kept back while the store was away, of a day that was added up meanwhile. */
async function addLate(state: StateStore, zone: string, { minute, counts }: MinuteCounts): Promise<void> {
  const day = dayAt(zone, minute);
  await changeDays(state, (days) => {
    if (!days.has(day)) return false;
    addTo(days, day, counts);
    return true;
  });
}

async function changeDays(state: StateStore, change: (days: Series) => boolean): Promise<void> {
  for (;;) {
    const stored = await state.get('days');
    const days = readSeries(stored?.value ?? '');
    if (!change(days)) return;
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
