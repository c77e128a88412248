/** Takes what the registry counted since the last minute and adds it to the store. */
import { type IntegrationStatus, latencyBoundsMs } from '@im/core';
import { type CountStore, joinMinutes, type MinuteCounts } from './count-store.ts';
import type { Counts } from './counts.ts';
import { inBatches } from './in-batches.ts';
import { isMaintained, type MaintenanceWindow } from './maintenance.ts';
import type { Objective } from './objectives.ts';

/** Integrations written at the same time. */
const mostAtOnce = 32;
/** Minutes kept apart for one integration while the store is away; beyond that they are joined. */
const mostPending = 60;

interface Pending {
  readonly tenant: string;
  readonly integration: string;
  minutes: readonly MinuteCounts[];
}

type Totals = Omit<Counts, 'excluded'>;

/** Counts one process' calls. */
export class Collector {
  readonly #objectiveOf: (tenant: string, integration: string) => Objective;
  readonly #store: CountStore;
  readonly #seen = new Map<string, Totals>();
  readonly #pending = new Map<string, Pending>();

  /** @param before what was counted before the collector: it is nobody's */
  constructor(
    store: CountStore,
    objectiveOf: (tenant: string, integration: string) => Objective,
    before: readonly IntegrationStatus[],
  ) {
    this.#store = store;
    this.#objectiveOf = objectiveOf;
    for (const status of before) this.#seen.set(keyOf(status), this.#totals(status));
  }

  /**
   * Takes the difference since the last time, as calls of the minute that begins at `minute`.
   *
   * @param maintenance windows of a tenant
   */
  take(
    list: readonly IntegrationStatus[],
    minute: number,
    maintenance: (tenant: string) => readonly MaintenanceWindow[],
  ): void {
    for (const status of list) {
      const key = keyOf(status);
      const before = this.#seen.get(key) ?? { calls: 0, bad: 0, slow: 0 };
      if (status.stats.calls === before.calls) continue;
      const totals = this.#totals(status);
      this.#seen.set(key, totals);
      // Registered anew: it counts from 0 again.
      const since = totals.calls < before.calls ? { calls: 0, bad: 0, slow: 0 } : before;
      const calls = totals.calls - since.calls;
      const counts: Counts = isMaintained(maintenance(status.tenant), status.name, minute)
        ? { calls: 0, bad: 0, slow: 0, excluded: calls }
        : {
            calls,
            bad: Math.max(totals.bad - since.bad, 0),
            slow: Math.max(totals.slow - since.slow, 0),
            excluded: 0,
          };
      this.#keep(key, status, { minute, counts });
    }
    this.#forgetAbsent(list);
  }

  /** Writes what was taken. What cannot be written is kept for the next time. @throws what the store threw first */
  async write(now: number): Promise<void> {
    await inBatches([...this.#pending], mostAtOnce, async ([key, { tenant, integration, minutes }]) => {
      this.#pending.delete(key);
      try {
        await this.#store.add(tenant, integration, minutes, now);
      } catch (error) {
        const since = this.#pending.get(key)?.minutes ?? [];
        this.#pending.set(key, { tenant, integration, minutes: joinMinutes([...minutes, ...since]) });
        throw error;
      }
    });
  }

  #keep(key: string, { tenant, name }: IntegrationStatus, counted: MinuteCounts): void {
    const before = this.#pending.get(key)?.minutes ?? [];
    const last = before.at(-1);
    const minute = before.length >= mostPending && last !== undefined ? last.minute : counted.minute;
    const minutes = joinMinutes([...before, { minute, counts: counted.counts }]);
    this.#pending.set(key, { tenant, integration: name, minutes });
  }

  #totals({ tenant, name, stats }: IntegrationStatus): Totals {
    const { badCodes, latency } = this.#objectiveOf(tenant, name);
    const bound = latency === undefined ? -1 : latencyBoundsMs.indexOf(latency.thresholdMs);
    let slow = 0;
    if (bound >= 0)
      for (const { calls, buckets } of Object.values(stats.operations)) slow += calls - (buckets[bound] ?? 0);
    const bad = badCodes.reduce((sum, code) => sum + (stats.failuresByCode[code] ?? 0), 0);
    return { calls: stats.calls, bad, slow };
  }

  #forgetAbsent(list: readonly IntegrationStatus[]): void {
    if (this.#seen.size <= list.length) return;
    const present = new Set(list.map(keyOf));
    for (const key of this.#seen.keys()) if (!present.has(key)) this.#seen.delete(key);
  }
}

const keyOf = ({ tenant, name }: IntegrationStatus) => JSON.stringify([tenant, name]);
