/** `/integrations/status`: everything that is known, a piece at a time. */
import { createRoute } from '@hono/zod-openapi';
import { statusQuery, statusSchema } from '../schemas.ts';
import { json, noStore, problem } from './answers.ts';
import type { RouteGroup } from './context.ts';
import { needs, refusals } from './needs.ts';

const statusRoute = createRoute({
  method: 'get',
  path: '/integrations/status',
  operationId: 'getStatus',
  summary: 'Everything that is known of every integration',
  tags: ['integrations'],
  ...needs('integration:read'),
  request: { query: statusQuery },
  responses: {
    200: json(statusSchema, 'By tenant, then name'),
    400: problem('Unknown or invalid parameter'),
    ...refusals,
  },
});

/** Mounts it. */
export const statusRoutes: RouteGroup = (app, { viewOf }) => {
  app.openapi(statusRoute, (context) =>
    context.json(viewOf(context.get('caller')).status(context.req.valid('query')), 200, noStore),
  );
};
