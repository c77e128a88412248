/** `/integrations/metrics`: for Prometheus. */
import { createRoute, z } from '@hono/zod-openapi';
import { createMetrics } from '../metrics.ts';
import { noStore } from './answers.ts';
import type { RouteGroup } from './context.ts';
import { needs, refusals } from './needs.ts';

const metricsRoute = createRoute({
  method: 'get',
  path: '/integrations/metrics',
  operationId: 'getMetrics',
  summary: 'Metrics for Prometheus; OpenMetrics when `Accept` asks for it',
  tags: ['integrations'],
  ...needs('integration:read'),
  responses: {
    200: {
      description: 'Counters since the hub started',
      content: {
        'text/plain': { schema: z.string() },
        'application/openmetrics-text': { schema: z.string() },
      },
    },
    ...refusals,
  },
});

/** Mounts it. */
export const metricsRoutes: RouteGroup = (app, { viewOf, maxMetricIntegrations, exemplars }) => {
  const options = { maxIntegrations: maxMetricIntegrations };
  const ofAll = createMetrics({ ...options, exemplars });
  app.openapi(metricsRoute, async (context) => {
    const caller = context.get('caller');
    const view = viewOf(caller);
    // Whose labels are summed up depends on what was there first: nothing of it may reach another tenant.
    const metrics = caller.tenant === undefined ? ofAll : createMetrics(options);
    const scrape = await metrics(view.list(), view.health(), context.req.header('accept'));
    return context.body(scrape.text, 200, { 'content-type': scrape.contentType, vary: 'accept', ...noStore });
  });
};
