/** What of the page is shown, as it stands in its URL. */
import { z } from '@hono/zod-openapi';
import { eventKinds, type IntegrationStatus, type Status, statuses } from '@im/core';
import { quantileMs, total, windowsOf } from '../data/history.ts';
import type { Entry } from './board.ts';

/** Orders of the table, and what they are called. */
export const orders = {
  worst: 'worst first',
  name: 'name',
  calls: 'calls',
  failures: 'failures',
  latency: 'latency',
} as const;

/** What the table can be grouped by. */
export const groupings = ['tenant', 'family'] as const;

/** Kinds of events that the log can be narrowed to: all but checks, of which what they change is an event of its own. */
export const shownKinds = eventKinds.filter((kind) => kind !== 'check');

const word = z.string().min(1).max(256);

/** Query of the page and of its stream. */
export const pageQuery = z.strictObject({
  tenant: word.optional(),
  provider: word.optional(),
  family: word.optional(),
  status: z.enum(statuses).optional(),
  q: word.optional().openapi({ description: 'Part of a name, tenant, provider or title' }),
  sort: z.enum(Object.keys(orders) as [Order, ...Order[]]).default('worst'),
  group: z.enum(groupings).optional(),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  events: z.enum(shownKinds).optional().openapi({ description: 'Only these events in the log' }),
  integration: word
    .optional()
    .openapi({ description: 'Only this one, in detail; of `tenant`, else `default`' }),
});

/** One of {@link orders}. */
export type Order = keyof typeof orders;

/** Checked query. */
export type PageQuery = z.infer<typeof pageQuery>;

/** Rows on one page, so that the document stays small whatever is registered. */
export const rowsOnPage = 100;

/** The URL of the page with something changed; what is as by default is left out. A change leads to the first page. */
export function urlOf(
  query: PageQuery,
  change: Partial<Record<keyof PageQuery, string | number | undefined>>,
): string {
  const { page: _, ...filters } = query;
  const entries = Object.entries({ ...filters, ...change }).filter(
    ([name, value]) =>
      value !== undefined && !(name === 'sort' && value === 'worst') && !(name === 'page' && value === 1),
  );
  const text = new URLSearchParams(
    Object.fromEntries(entries.map(([name, value]) => [name, String(value)])),
  ).toString();
  return text === '' ? '/' : `/?${text}`;
}

/** The ones that the filters let through, in order. */
export function select(entries: readonly Entry[], query: PageQuery): readonly Entry[] {
  const { tenant, provider, family, status, group } = query;
  const words = query.q?.toLowerCase();
  const wanted = entries.filter(
    ({ status: one }) =>
      (tenant === undefined || one.tenant === tenant) &&
      (provider === undefined || one.provider === provider) &&
      (family === undefined || one.category === family) &&
      (status === undefined || one.status === status) &&
      (words === undefined || textOf(one).includes(words)),
  );
  const rank = new Map(wanted.map((entry) => [entry, rankBy[query.sort](entry)]));
  const groupName = ({ status: one }: Entry) => (group === undefined ? '' : groupOf(one, group));
  return wanted.sort(
    (one, other) =>
      compare(groupName(one), groupName(other)) ||
      (rank.get(other) ?? 0) - (rank.get(one) ?? 0) ||
      compare(one.status.name, other.status.name) ||
      compare(one.status.tenant, other.status.tenant),
  );
}

/** What an integration is grouped under. */
export const groupOf = (one: IntegrationStatus, group: (typeof groupings)[number]): string =>
  group === 'tenant' ? one.tenant : one.category;

const compare = (one: string, other: string) => (one === other ? 0 : one < other ? -1 : 1);

const textOf = ({ name, tenant, provider, title }: IntegrationStatus) =>
  `${name} ${tenant} ${provider} ${title}`.toLowerCase();

const severity: Readonly<Record<Status, number>> = {
  unhealthy: 5,
  degraded: 4,
  draining: 3,
  stopped: 3,
  starting: 2,
  disabled: 1,
  registered: 0,
  healthy: 0,
};

/** The higher, the further up. */
const rankBy: Readonly<Record<Order, (entry: Entry) => number>> = {
  worst: ({ status }) => severity[status.status],
  name: () => 0,
  calls: ({ status }) => status.stats.calls,
  failures: ({ status }) => status.stats.failures,
  latency: ({ history }) => quantileMs(total(windowsOf([history])), 0.95) ?? -1,
};
