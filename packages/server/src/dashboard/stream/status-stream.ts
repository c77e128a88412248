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
    removed: z
      .array(z.object({ name: z.string(), tenant: z.string() }))
      .describe('Gone ones; take them out before the others are put in'),
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
  const close = await watch.open();
  try {
    let since = versionOf(lastId, watch);
    let state: string | undefined;
    for (;;) {
      const { version, closed } = watch;
      const news = newsSince(since ?? -1, version, view, filter);
      const { health } = news;
      if (since === undefined || news.isAny || health.status !== state) {
        const first = since === undefined ? 'snapshot' : 'change';
        yield* inPieces(news, first, `${watch.epoch}-${version}`, view);
      }
      if (closed || health.status === 'draining') return;
      state = health.status;
      since = version;
      await watch.beyond(version);
    }
  } finally {
    close();
  }
}

type News = ReturnType<typeof newsSince>;

function newsSince(since: number, version: number, view: HubView, { tenant, provider }: StatusFilter) {
  const isOfTenant = (one: { readonly tenant: string }) => tenant === undefined || one.tenant === tenant;
  const isWanted = (one: { readonly tenant: string; readonly provider: string }) =>
    isOfTenant(one) && (provider === undefined || one.provider === provider);
  const seen = view.seen();
  const integrations = seen.filter((one) => one.version > since && isWanted(one.status));
  const events = view
    .events()
    .filter((one) => one.version > since && one.version <= version && isWanted(one));
  // A snapshot begins with nothing that could be taken out.
  const removed = since < 0 ? [] : view.goneSince(since).filter(isOfTenant);
  return {
    health: view.health(seen.map(({ status }) => status)),
    integrations: integrations.map(({ status }) => status),
    events: events.toReversed(),
    removed,
    isAny: integrations.length + events.length + removed.length > 0,
  };
}

/** The same in messages of bounded size. Only the last has the id: before it the reader does not have all. */
function* inPieces(news: News, first: string, id: string, view: HubView): Generator<Message> {
  const { health, integrations, removed, events } = news;
  for (let at = 0; at === 0 || at < integrations.length; at += mostInMessage) {
    const isFirst = at === 0;
    const isLast = at + mostInMessage >= integrations.length;
    const piece = integrations.slice(at, at + mostInMessage);
    const data = statusMessageSchema.parse({
      at: view.clock.now(),
      health,
      integrations: piece.map((status) => toView(status, view)),
      removed: isFirst ? removed : [],
      events: isLast ? events : [],
    });
    yield { event: isFirst ? first : 'change', id: isLast ? id : undefined, data };
  }
}

/** The version that an id stands for, when everything since is still known. */
function versionOf(id: string | undefined, watch: HubView['watch']): number | undefined {
  const [epoch, digits = ''] = id?.split('-') ?? [];
  if (epoch !== watch.epoch || !/^\d{1,12}$/.test(digits)) return undefined;
  const version = Number(digits);
  return version > watch.forgotten && version <= watch.version ? version : undefined;
}
