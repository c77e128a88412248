/**
 * The status as it changes, for programs. First `snapshot`, then `change` with what is new; a snapshot of many integrations
 * goes on in changes. A reader that was away gives the id of its last message and gets what changed since, or a snapshot
 * when the hub cannot tell any more.
 */
import { z } from '@hono/zod-openapi';
import { healthSchema, integrationSchema, toView } from '../../schemas.ts';
import type { HubView } from '../../view.ts';
import type { Message } from './event-stream.ts';

/** Integrations in one message. */
const mostInMessage = 200;

/** `data` of a message. */
export const statusMessageSchema = z
  .object({
    at: z.number().describe('Milliseconds since 1970-01-01T00:00:00Z'),
    health: healthSchema,
    integrations: z.array(integrationSchema).describe('New or changed ones'),
    removed: z.array(z.object({ name: z.string(), tenant: z.string() })),
    events: z
      .array(
        z.object({
          at: z.number(),
          name: z.string(),
          tenant: z.string(),
          provider: z.string(),
          kind: z.string(),
          says: z.string(),
        }),
      )
      .describe('What happened, oldest first'),
  })
  .openapi('StatusMessage');

/** Which integrations a reader wants. */
export interface StatusFilter {
  readonly tenant?: string | undefined;
  readonly provider?: string | undefined;
}

/** Messages until the hub stops. @param lastId of a reader that comes again */
export async function* statusMessages(
  view: HubView,
  filter: StatusFilter,
  lastId: string | undefined,
): AsyncGenerator<Message, void> {
  const { watch } = view;
  const wanted = ({ tenant, provider }: { readonly tenant: string; readonly provider: string }) =>
    (filter.tenant === undefined || tenant === filter.tenant) &&
    (filter.provider === undefined || provider === filter.provider);
  const close = await watch.open();
  try {
    let since = versionOf(lastId, watch);
    let state = '';
    for (;;) {
      const version = watch.version;
      const from = since ?? -1;
      const seen = view.seen();
      const changed = seen.filter((one) => one.version > from && wanted(one.status));
      const events = view
        .events()
        .filter((event) => event.version > from && event.version <= version && wanted(event));
      const removed =
        since === undefined
          ? []
          : view.goneSince(from).filter((one) => filter.tenant === undefined || one.tenant === filter.tenant);
      const health = view.health(seen.map(({ status }) => status));
      const isNew = changed.length + events.length + removed.length > 0 || health.status !== state;
      if (since === undefined || isNew) {
        state = health.status;
        let event = since === undefined ? 'snapshot' : 'change';
        for (let at = 0; at === 0 || at < changed.length; at += mostInMessage) {
          const isLast = at + mostInMessage >= changed.length;
          const part = changed
            .slice(at, at + mostInMessage)
            .map(({ status }) => toView(status, view.note(status)));
          yield {
            event,
            // Only with the last of them is the reader at this version.
            id: isLast ? `${watch.epoch}-${version}` : undefined,
            data: statusMessageSchema.parse({
              at: view.clock.now(),
              health,
              integrations: part,
              removed: at === 0 ? removed : [],
              events: isLast ? events.toReversed() : [],
            }),
          };
          event = 'change';
        }
      }
      if (watch.closed || health.status === 'draining') return;
      since = version;
      await watch.beyond(version);
    }
  } finally {
    close();
  }
}

/** The version that an id stands for, when everything since is still known. */
function versionOf(id: string | undefined, watch: HubView['watch']): number | undefined {
  const [epoch, digits = ''] = id?.split('-') ?? [];
  if (epoch !== watch.epoch || !/^\d{1,12}$/.test(digits)) return undefined;
  const version = Number(digits);
  return version > watch.forgotten && version <= watch.version ? version : undefined;
}
