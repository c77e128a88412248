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

/** Looks at `registry`; `draining` says whether the hub is shutting down. `close` stops listening to events. */
export function createView(options: {
  readonly registry: Registry;
  readonly title: string;
  readonly clock: Clock;
  readonly note: Note;
  readonly draining: () => boolean;
}): HubView & { close(): void } {
  const { registry, title, clock, note, draining } = options;
  const events: RegistryEvent[] = [];
  const close = registry.on((event) => {
    // What a check changes is an event of its own; that it ran stands in the table.
    if (event.kind === 'check') return;
    events.unshift(event);
    events.length = Math.min(events.length, mostEvents);
  });
  return {
    title,
    clock,
    note,
    close,
    events: () => events,
    list: () => registry.list(),
    one: (name, tenant) => {
      try {
        return registry.status({ name, tenant });
      } catch (error) {
        if (errorCode(error) === 'not_found') return undefined;
        throw error;
      }
    },
    health: () => judgeHub(registry.list(), draining(), clock.now()),
    status: ({ tenant, provider, status, limit, after }) => {
      const matching = registry
        .list()
        .filter(
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
