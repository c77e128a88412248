/** What the routes and the page read: the registry's list, filtered, in order, a piece at a time. */

import { z } from '@hono/zod-openapi';
import { type Clock, errorCode, type IntegrationStatus, latencyBoundsMs, type Registry } from '@im/core';
import type { Caller } from './access/caller.ts';
import type { Costs } from './costs.ts';
import type { Incident } from './dashboard/data/incidents.ts';
import type { Gone, Seen, SeenEvent } from './dashboard/data/seen.ts';
import { Watch } from './dashboard/data/watch.ts';
import { countByStatus, judgeHub } from './health.ts';
import { type Health, type StatusQuery, type statusSchema, toView } from './schemas.ts';

/** A remark on one integration, shown beside it: where it runs. */
export type Note = (
  integration: Pick<IntegrationStatus, 'name' | 'tenant' | 'provider'>,
) => string | undefined;

/** Everything that routes know of the hub. */
export interface HubView {
  readonly title: string;
  readonly clock: Clock;
  /** @param list what {@link HubView.list} gave, where it is at hand */
  health(list?: readonly IntegrationStatus[]): Health;
  list(): readonly IntegrationStatus[];
  /** One integration; `undefined` when nothing of that name is registered for the tenant. */
  one(name: string, tenant: string): IntegrationStatus | undefined;
  status(query: StatusQuery): z.infer<typeof statusSchema>;
  note: Note;
  /** What one has cost, by the prices that are configured. */
  costs: Costs;
  /** The latest events, newest first. */
  events(): readonly SeenEvent[];
  /** The latest incidents, newest first. */
  incidents(): readonly Incident[];
  /** Share of successful calls that a tenant was promised. */
  slaTarget(tenant: string): number | undefined;
  /** What repeating each operation of one does, by its name. */
  effects(one: Pick<IntegrationStatus, 'name' | 'tenant'>): ReadonlyMap<string, string>;
  /** What is remembered of the one with this key. */
  past(key: string): Pick<Seen, 'history' | 'quota'> | undefined;
  /** Everything as it was last seen, with the version of its latest change. */
  seen(): readonly Seen[];
  /** What is gone since `version`. */
  goneSince(version: number): readonly Gone[];
  /** When there is news. */
  readonly watch: Pick<Watch, 'version' | 'epoch' | 'forgotten' | 'closed' | 'open' | 'beyond'>;
}

/** How views are made. */
interface ViewOptions {
  readonly registry: Registry;
  readonly title: string;
  readonly clock: Clock;
  readonly note: Note;
  readonly costs: Costs;
  /** Whether the hub is shutting down. */
  readonly draining: () => boolean;
}

/** The view of everybody who is let in. `close` stops listening to events. */
export interface Views {
  of(caller: Pick<Caller, 'tenant'>): HubView;
  close(): void;
}

/** Looks at `registry`. */
export function createViews(options: ViewOptions): Views {
  const watch = new Watch(options.registry, options.clock);
  const all = createView(options, watch);
  return {
    close: () => watch.close(),
    of: ({ tenant }) => (tenant === undefined ? all : createView(options, watch, tenant)),
  };
}

/** What is seen of everything, or of one tenant. */
function createView(
  { registry, title, clock, note, costs, draining }: ViewOptions,
  watch: Watch,
  only?: string,
): HubView {
  const list = only === undefined ? () => registry.list() : () => registry.tenant(only).list();
  return {
    title,
    clock,
    note,
    costs,
    watch,
    list,
    events: () => watch.events(only),
    incidents: () => watch.incidents(only),
    slaTarget: (tenant) => registry.tenant(tenant).settings.slaTarget,
    effects: ({ name, tenant }) =>
      new Map(
        registry
          .tenant(tenant)
          .operations(name)
          .map((one) => [one.name, one.effect]),
      ),
    past: (key) => watch.past(key),
    seen: () => watch.seen(only),
    goneSince: (version) => watch.goneSince(version, only),
    one: (name, tenant) => {
      try {
        // Looked up among the caller's own whatever tenant is asked for, so that the work tells nothing of another.
        const found = registry.status({ name, tenant: only ?? tenant });
        return found.tenant === tenant ? found : undefined;
      } catch (error) {
        if (errorCode(error) === 'not_found') return undefined;
        throw error;
      }
    },
    health: (all = list()) => judgeHub(all, draining(), clock.now()),
    status: ({ tenant, provider, status, limit, after }) => {
      const matching = list().filter(
        (one) =>
          (tenant === undefined || one.tenant === tenant) &&
          (provider === undefined || one.provider === provider) &&
          (status === undefined || one.status === status),
      );
      const from = after === undefined ? 0 : placeAfter(matching, after);
      const page = matching.slice(from, from + limit);
      const last = page.at(-1);
      return {
        title,
        at: clock.now(),
        latencyBoundsMs: [...latencyBoundsMs],
        total: matching.length,
        byStatus: countByStatus(matching),
        ...(last && from + page.length < matching.length ? { next: toCursor(last) } : {}),
        integrations: page.map((one) => toView(one, { note, costs })),
      };
    },
  };
}

const cursor = z.tuple([z.string(), z.string()]);

const toCursor = ({ tenant, name }: IntegrationStatus) =>
  Buffer.from(JSON.stringify([tenant, name])).toString('base64url');

/** A place to go on that nobody gave out. */
export class UnknownCursor extends Error {}

/** Index of the first one behind the cursor; the one it names may be gone. */
function placeAfter(list: readonly IntegrationStatus[], text: string): number {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (error) {
    throw new UnknownCursor('after', { cause: error });
  }
  const parsed = cursor.safeParse(value);
  if (!parsed.success) throw new UnknownCursor('after');
  const [tenant, name] = parsed.data;
  const exact = list.findIndex((one) => one.tenant === tenant && one.name === name);
  if (exact >= 0) return exact + 1;
  const behind = list.findIndex((one) => one.tenant > tenant || (one.tenant === tenant && one.name > name));
  return behind < 0 ? list.length : behind;
}
