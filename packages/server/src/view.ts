/** What the routes and the page read: the registry's list, filtered, in order, a piece at a time. */

import { z } from '@hono/zod-openapi';
import {
  type Clock,
  errorCode,
  type IntegrationStatus,
  latencyBoundsMs,
  type Registry,
  type RegistryEvent,
} from '@im/core';
import type { Caller } from './access/caller.ts';
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
  health(): Health;
  list(): readonly IntegrationStatus[];
  /** One integration; `undefined` when nothing of that name is registered for the tenant. */
  one(name: string, tenant: string): IntegrationStatus | undefined;
  status(query: StatusQuery): z.infer<typeof statusSchema>;
  note: Note;
  /** The latest events, newest first. */
  events(): readonly RegistryEvent[];
}

/** Most events remembered for the page. */
const mostEvents = 50;

/** How views are made. */
interface ViewOptions {
  readonly registry: Registry;
  readonly title: string;
  readonly clock: Clock;
  readonly note: Note;
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
  const events: RegistryEvent[] = [];
  /** By tenant, so that what happens to one pushes nothing of another out. */
  const byTenant = new Map<string, RegistryEvent[]>();
  const close = options.registry.on((event) => {
    // What a check changes is an event of its own; that it ran stands in the table.
    if (event.kind === 'check') return;
    const own = byTenant.get(event.tenant) ?? [];
    byTenant.set(event.tenant, own);
    for (const list of [events, own]) {
      list.unshift(event);
      list.length = Math.min(list.length, mostEvents);
    }
  });
  const all = createView(options, () => events);
  return {
    close,
    of: ({ tenant }) =>
      tenant === undefined ? all : createView(options, () => byTenant.get(tenant) ?? [], tenant),
  };
}

/** What is seen of everything, or of one tenant: the work for a name of another is the same as for none. */
function createView(
  { registry, title, clock, note, draining }: ViewOptions,
  events: HubView['events'],
  only?: string,
): HubView {
  const list = only === undefined ? () => registry.list() : () => registry.tenant(only).list();
  return {
    title,
    clock,
    note,
    events,
    list,
    one: (name, tenant) => {
      if (only !== undefined && tenant !== only) return undefined;
      try {
        return registry.status({ name, tenant });
      } catch (error) {
        if (errorCode(error) === 'not_found') return undefined;
        throw error;
      }
    },
    health: () => judgeHub(list(), draining(), clock.now()),
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
        integrations: page.map((one) => toView(one, note(one))),
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
