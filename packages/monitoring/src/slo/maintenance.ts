/** Maintenance: times whose calls count for nothing. Announced ahead, since counts of the past hold no single calls. */
import { changeJson, type StateStore, scopedState } from '@im/core';
import { z } from 'zod';
import { minuteMs } from './ladder.ts';

const instant = z.number().int().multipleOf(minuteMs, 'is not at a whole minute');

/** A window of maintenance. */
export const maintenanceWindow = z
  .strictObject({
    integration: z.string().optional().describe('name of the registration; absent: all of the tenant'),
    from: instant.describe('beginning, milliseconds since 1970, at a whole minute'),
    to: instant.describe('end, which is outside of it'),
    why: z.string().min(1).describe('for people, and for the report'),
  })
  .refine(({ from, to }) => from < to, 'ends before it begins');

/** One of {@link maintenanceWindow}. */
export type MaintenanceWindow = z.output<typeof maintenanceWindow>;

/** Windows of maintenance of all tenants, the same for every process. */
export interface MaintenanceCalendar {
  list(tenant: string): Promise<readonly MaintenanceWindow[]>;
  add(tenant: string, window: MaintenanceWindow): Promise<void>;
}

/** Milliseconds for which a window that is over is kept: as long as reports may ask for it. */
const keptMs = 400 * 86_400_000;

/** Whether the minute that begins at `minute` is within maintenance of `integration`. */
export function isMaintained(
  windows: readonly MaintenanceWindow[],
  integration: string,
  minute: number,
): boolean {
  return windows.some(
    (window) =>
      (window.integration ?? integration) === integration && minute >= window.from && minute < window.to,
  );
}

/** Makes it over `state`. */
export function createMaintenance(state: StateStore, now: () => number): MaintenanceCalendar {
  const own = (tenant: string) => scopedState(state, 'slo-maintenance', tenant);
  return {
    async list(tenant) {
      const stored = await own(tenant).get('windows');
      return stored === undefined ? [] : (JSON.parse(stored.value) as MaintenanceWindow[]);
    },
    async add(tenant, window) {
      await changeJson<readonly MaintenanceWindow[]>(own(tenant), 'windows', (old = []) => [
        ...old.filter(({ to }) => to > now() - keptMs),
        window,
      ]);
    },
  };
}
