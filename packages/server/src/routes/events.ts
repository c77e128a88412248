/** `/integrations/events`: the status as it changes, over server-sent events; and the same for the page. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { pageQuery } from '../dashboard/page/query.ts';
import { eventStream, type Message, streamHeaders } from '../dashboard/stream/event-stream.ts';
import { pageMessages } from '../dashboard/stream/page-stream.ts';
import { Places } from '../dashboard/stream/places.ts';
import { statusMessageSchema, statusMessages } from '../dashboard/stream/status-stream.ts';
import { giveTime } from '../listener.ts';
import { problemResponse, Refused, toProblem } from '../problem.ts';
import { statusQuery } from '../schemas.ts';
import { problem } from './answers.ts';
import type { HubEnv, RouteGroup } from './context.ts';
import { admit, needs, outgoingOf, refusals } from './needs.ts';
import { withoutEmpty } from './page.ts';

/** Most streams at the same time. */
const mostStreams = { all: 1_000, perTenant: 100 };

/** Milliseconds without a byte after which a stream's socket is closed; its heartbeats come more often. */
const idleMs = 30_000;

const eventsRoute = createRoute({
  method: 'get',
  path: '/integrations/events',
  operationId: 'getEvents',
  summary:
    'The status as it changes, over server-sent events: `snapshot`, then `change`; `Last-Event-ID` resumes',
  tags: ['integrations'],
  ...needs('integration:read'),
  request: {
    query: statusQuery.pick({ tenant: true, provider: true }),
    headers: z.object({ 'last-event-id': z.string().max(64).optional() }),
  },
  responses: {
    200: {
      description: 'A stream; the `data` of each message is this',
      content: { 'text/event-stream': { schema: statusMessageSchema } },
    },
    400: problem('Unknown or invalid parameter'),
    503: problem('Shutting down, or there are too many streams; `Retry-After` says when to come again'),
    ...refusals,
  },
});

/** Mounts them. */
export const eventRoutes: RouteGroup = (app, { viewOf, clock }) => {
  const places = new Places(mostStreams);

  const answer = (context: Context<HubEnv>, messages: AsyncGenerator<Message, void>) => {
    if (context.req.method === 'HEAD') return new Response(null, { headers: streamHeaders });
    const caller = context.get('caller');
    const leave = viewOf(caller).health().status === 'draining' ? undefined : places.take(caller.tenant);
    if (leave === undefined) throw new Refused(503, 'No stream can be opened now', { 'retry-after': '5' });
    const outgoing = outgoingOf(context);
    giveTime(outgoing, { idleMs });
    const cut = outgoing && (() => void outgoing.destroy());
    return new Response(eventStream(messages, { clock, cut, onEnd: leave }), { headers: streamHeaders });
  };

  app.openapi(eventsRoute, (context) => {
    const lastId = context.req.valid('header')['last-event-id'];
    const view = viewOf(context.get('caller'));
    return answer(context, statusMessages(view, context.req.valid('query'), lastId)) as never;
  });

  app.get('/integrations/events/page', admit('integration:read'), (context) => {
    const query = pageQuery.safeParse(withoutEmpty(context.req.query()));
    if (!query.success) return problemResponse(toProblem(400, z.prettifyError(query.error)));
    const caller = context.get('caller');
    return answer(context, pageMessages(viewOf(caller), caller, query.data));
  });
};
