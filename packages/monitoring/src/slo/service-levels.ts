/** Service levels of all tenants: counts calls, and says how the objectives are kept. */
import {
  type Clock,
  IntegrationError,
  type Logger,
  parseOptions,
  type Registry,
  type StateStore,
  silentLogger,
  systemClock,
} from '@im/core';
import { z } from 'zod';
import { type Budget, budgetOf, burnRate, type Indicator } from './budget.ts';
import { Collector } from './collector.ts';
import { CountStore } from './count-store.ts';
import { type Counts, sumCounts } from './counts.ts';
import { countDays, countWindow, minuteMs, type Recent } from './ladder.ts';
import { createMaintenance, type MaintenanceWindow, maintenanceWindow } from './maintenance.ts';
import { type Objective, type ObjectiveInput, objectives, objectivesFor } from './objectives.ts';
import { type MonthlyReport, monthlyReport } from './report.ts';
import { dayAt } from './zone.ts';

/** How service levels are made. */
export interface ServiceLevelOptions {
  readonly registry: Registry;
  /** Shared by all processes of a fleet. */
  readonly state: StateStore;
  /** Later ones win, field by field. Default: availability by the `slaTarget` of each tenant, and nothing else. */
  readonly objectives?: readonly ObjectiveInput[] | undefined;
  /** Zone of a tenant's days and months, `Europe/Berlin`. Default: UTC. It may not change without moving days that were counted. */
  readonly timeZone?: ((tenant: string) => string) | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

/** Counts within the near past, and the objective they are held to. */
export interface Windows {
  readonly objective: Objective;
  /** Counts of the last `windowMs` milliseconds, up to five days. */
  counts(windowMs: number): Counts;
  /** See {@link burnRate}. */
  burnRate(indicator: Indicator, windowMs: number): number | undefined;
}

/** Where an integration stands with what was promised for it. */
export interface ServiceLevel {
  readonly tenant: string;
  readonly integration: string;
  readonly objective: Objective;
  /** Of the rolling window: whole days of the tenant's zone, today included. */
  readonly counts: Counts;
  readonly availability: Budget | undefined;
  readonly latency: Budget | undefined;
}

/** Counts while it lives: dispose it (`await using`). */
export interface ServiceLevels extends AsyncDisposable {
  /** Counts now, rather than at the next whole minute. @throws what the store throws; the counts are kept for the next time */
  collect(): Promise<void>;
  objective(tenant: string, integration: string): Objective;
  /** The near past, for burn rates. */
  windows(tenant: string, integration: string): Promise<Windows>;
  /** One integration's. */
  level(tenant: string, integration: string): Promise<ServiceLevel>;
  /** Every integration of the tenant that was ever called. */
  levels(tenant: string): Promise<readonly ServiceLevel[]>;
  /**
   * Announces maintenance. Calls within it count for nothing.
   *
   * @throws a `ConfigurationError` when the window is not well-formed; {@link IntegrationError} `failed_precondition` when it has begun
   * already: calls that were counted cannot be told apart any more
   */
  addMaintenance(tenant: string, window: z.input<typeof maintenanceWindow>): Promise<void>;
  maintenance(tenant: string): Promise<readonly MaintenanceWindow[]>;
  /**
   * What a calendar month was like, in the tenant's zone. Twelve months back, and the present one as far as it is.
   *
   * @param month `2030-01`
   * @throws {@link IntegrationError} `invalid_argument` for what is no month, one to come, or one that is forgotten
   */
  monthlyReport(tenant: string, month: string): Promise<MonthlyReport>;
}

/**
 * Makes it, and counts from now on: at each whole minute, so that no minute, day or month gets a call of another.
 *
 * @throws a `ConfigurationError` with every fault of the objectives
 */
export function createServiceLevels(options: ServiceLevelOptions): ServiceLevels {
  const { registry, state, clock = systemClock, logger = silentLogger } = options;
  const list = parseOptions(
    { id: 'slo', options: z.object({ objectives }) },
    { objectives: options.objectives ?? [] },
  );
  const objective = objectivesFor(registry, list.objectives);
  const zoneOf = (tenant: string) => options.timeZone?.(tenant) ?? 'UTC';
  const store = new CountStore(state, zoneOf);
  const collector = new Collector(store, objective, registry.list());
  const calendar = createMaintenance(state, () => clock.now());
  let maintained: ReadonlyMap<string, readonly MaintenanceWindow[]> = new Map();
  let running: Promise<void> = Promise.resolve();
  let cancel = () => {};

  const loadMaintenance = async (): Promise<void> => {
    const tenants = registry.tenants();
    maintained = new Map(
      await Promise.all(tenants.map(async (tenant) => [tenant, await calendar.list(tenant)] as const)),
    );
  };
  /**
   * What was counted is read at once; all that may take time comes after it.
   *
   * @param until end of what is counted: the whole minute for which it was scheduled, however late the timer is
   */
  const collect = (until = clock.now()): Promise<void> => {
    const now = clock.now();
    const statuses = registry.list();
    const minute = Math.floor((until - 1) / minuteMs) * minuteMs;
    const next = running.then(async () => {
      const loaded = await loadMaintenance().catch((error: unknown) => ({ error }));
      collector.take(statuses, minute, (tenant) => maintained.get(tenant) ?? []);
      if (loaded !== undefined) throw loaded.error;
      await collector.write(now);
    });
    running = next.catch(() => undefined);
    return next;
  };
  const schedule = () => {
    const now = clock.now();
    const next = (Math.floor(now / minuteMs) + 1) * minuteMs;
    cancel = clock.schedule(
      next - now,
      () => {
        schedule();
        collect(next).catch((error: unknown) =>
          logger.error('service levels could not be counted', { error }),
        );
      },
      { background: true },
    );
  };
  schedule();

  const windows = (tenant: string, integration: string, recent: Recent): Windows => {
    const held = objective(tenant, integration);
    const now = clock.now();
    const counts = (windowMs: number) => countWindow(recent, windowMs, now);
    return {
      objective: held,
      counts,
      burnRate: (indicator, windowMs) => burnRate(held, indicator, counts(windowMs)),
    };
  };
  const level = async (tenant: string, integration: string): Promise<ServiceLevel> => {
    const held = objective(tenant, integration);
    const { recent, days } = await store.read(tenant, integration);
    const zone = zoneOf(tenant);
    const today = dayAt(zone, clock.now());
    const counts = sumCounts(countDays(recent, days, zone, today - held.windowDays + 1, today + 1).values());
    return {
      tenant,
      integration,
      objective: held,
      counts,
      availability: budgetOf(held, 'availability', counts),
      latency: budgetOf(held, 'latency', counts),
    };
  };

  return {
    collect: () => collect(),
    objective,
    windows: async (tenant, integration) =>
      windows(tenant, integration, await store.recent(tenant, integration)),
    level,
    levels: async (tenant) => Promise.all((await store.names(tenant)).map((name) => level(tenant, name))),
    maintenance: calendar.list,
    async addMaintenance(tenant, window) {
      const checked = parseOptions({ id: 'slo', options: maintenanceWindow }, window, 'maintenance');
      if (checked.from < clock.now())
        throw new IntegrationError('the maintenance has begun already', {
          code: 'failed_precondition',
          tenant,
          remedy: 'announce it ahead: calls that were counted stay counted',
        });
      await calendar.add(tenant, checked);
    },
    monthlyReport: (tenant, month) =>
      monthlyReport({ store, calendar, objective, zone: zoneOf(tenant), now: clock.now() }, tenant, month),
    async [Symbol.asyncDispose]() {
      cancel();
      await collect().catch((error: unknown) =>
        logger.error('the last calls could not be counted', { error }),
      );
    },
  };
}
