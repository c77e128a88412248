/** What a calendar month was like for a tenant, as data. */
import { IntegrationError } from '@im/core';
import { type Budget, budgetOf } from './budget.ts';
import type { CountStore } from './count-store.ts';
import { type Counts, sumCounts } from './counts.ts';
import { countDays, daysKept } from './ladder.ts';
import type { MaintenanceCalendar, MaintenanceWindow } from './maintenance.ts';
import type { Objective } from './objectives.ts';
import { dateOf, dayAt, daysOf, isMonth, monthAt, startOfDay } from './zone.ts';

/** One integration's month. */
export interface IntegrationMonth {
  readonly integration: string;
  readonly objective: Objective;
  readonly counts: Counts;
  readonly availability: Budget | undefined;
  readonly latency: Budget | undefined;
  /** Days with calls, in order. */
  readonly days: readonly { readonly date: string; readonly counts: Counts }[];
}

/** A tenant's month. */
export interface MonthlyReport {
  readonly tenant: string;
  /** `2030-01`. */
  readonly month: string;
  readonly timeZone: string;
  /** First instant, and the first that is outside of it; milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Whether the month is over. */
  readonly isComplete: boolean;
  readonly madeAt: number;
  /** Those with calls in the month, by name. Objectives are those of today. */
  readonly integrations: readonly IntegrationMonth[];
  readonly total: Counts;
  /** Maintenance that fell into the month. */
  readonly maintenance: readonly MaintenanceWindow[];
}

/** What a report is made from. */
export interface ReportSource {
  readonly store: CountStore;
  readonly calendar: MaintenanceCalendar;
  readonly objective: (tenant: string, integration: string) => Objective;
  readonly zone: string;
  readonly now: number;
}

/** Makes it. */
export async function monthlyReport(
  source: ReportSource,
  tenant: string,
  month: string,
): Promise<MonthlyReport> {
  const { store, calendar, objective, zone, now } = source;
  checkMonth(month, zone, now, tenant);
  const { first, next } = daysOf(month);
  const from = startOfDay(zone, first);
  const to = startOfDay(zone, next);
  const names = await store.names(tenant);
  const integrations = await Promise.all(
    names.map(async (integration): Promise<IntegrationMonth> => {
      const { recent, days } = await store.read(tenant, integration);
      const found = countDays(recent, days, zone, first, next);
      const counts = sumCounts(found.values());
      const held = objective(tenant, integration);
      return {
        integration,
        objective: held,
        counts,
        availability: budgetOf(held, 'availability', counts),
        latency: budgetOf(held, 'latency', counts),
        days: [...found].map(([day, ofDay]) => ({ date: dateOf(day), counts: ofDay })),
      };
    }),
  );
  const called = integrations.filter(({ days }) => days.length > 0);
  return {
    tenant,
    month,
    timeZone: zone,
    from,
    to,
    isComplete: now >= to,
    madeAt: now,
    integrations: called,
    total: sumCounts(called.map(({ counts }) => counts)),
    maintenance: (await calendar.list(tenant)).filter((window) => window.from < to && window.to > from),
  };
}

function checkMonth(month: string, zone: string, now: number, tenant: string): void {
  const says = !isMonth(month)
    ? 'this is no month'
    : month > monthAt(zone, now)
      ? `${month} is still to come`
      : daysOf(month).first < dayAt(zone, now) - daysKept
        ? `${month} is no longer kept`
        : undefined;
  if (says === undefined) return;
  throw new IntegrationError(says, {
    code: 'invalid_argument',
    tenant,
    remedy: `give one of the last thirteen, such as ${monthAt(zone, now)}`,
  });
}
