/** What watches over the integrations: alerts, and what was promised against what was kept. */
import { createRoute, z } from '@hono/zod-openapi';
import { defaultTenant, IntegrationError } from '@im/core';
import { reportCsv, reportMarkdown } from '@im/monitoring/slo';
import { Refused } from '../problem.ts';
import { healthQuery } from '../schemas.ts';
import { json, noStore, problem } from './answers.ts';
import { audited } from './audited.ts';
import type { RouteGroup } from './context.ts';
import { needs, refusals } from './needs.ts';

const labels = z.record(z.string(), z.string());
const instant = z.number().describe('Milliseconds since 1970');

const alertsSchema = z
  .object({
    alerts: z.array(
      z.looseObject({
        rule: z.string(),
        labels,
        state: z.enum(['pending', 'firing', 'resolved']),
        since: instant,
        value: z.number(),
        says: z.string().optional(),
        mutedBy: z.string().optional(),
      }),
    ),
    groups: z.array(
      z.object({
        key: z.string(),
        route: z.string(),
        labels,
        openedAt: instant,
        step: z.number(),
        acknowledged: z.object({ by: z.string(), at: instant, note: z.string().optional() }).optional(),
      }),
    ),
  })
  .openapi('Alerts');

const alertsRoute = createRoute({
  method: 'get',
  path: '/integrations/alerts',
  operationId: 'getAlerts',
  summary: 'What is wrong now, and who knows of it',
  tags: ['oversight'],
  ...needs('integration:read'),
  request: { query: healthQuery },
  responses: {
    200: json(alertsSchema, 'Alerts and their groups'),
    501: problem('No alerts are configured'),
    ...refusals,
  },
});

const acknowledgeRoute = createRoute({
  method: 'post',
  path: '/integrations/alerts/acknowledge',
  operationId: 'acknowledgeAlerts',
  summary: 'Stops escalation and repetition of a group',
  tags: ['oversight'],
  ...needs('integration:operate'),
  request: {
    query: z.strictObject({ group: z.string().min(1).max(2_000), note: z.string().max(1_000).optional() }),
  },
  responses: {
    200: json(z.object({ acknowledged: z.string() }), 'Nobody is told more of it until an alert joins it'),
    404: problem('There is no such group, or it is not the caller’s'),
    501: problem('No alerts are configured'),
    ...refusals,
  },
});

const levelSchema = z
  .looseObject({ tenant: z.string(), integration: z.string() })
  .openapi('ServiceLevel', { description: 'Objective, counts of the rolling window, and budgets' });

const levelsRoute = createRoute({
  method: 'get',
  path: '/integrations/service-levels',
  operationId: 'getServiceLevels',
  summary: 'What was promised to a tenant, and what is left of its error budgets',
  tags: ['oversight'],
  ...needs('integration:read'),
  request: { query: healthQuery },
  responses: {
    200: json(z.object({ levels: z.array(levelSchema) }), 'Every integration of the tenant that was called'),
    501: problem('No service levels are counted'),
    ...refusals,
  },
});

const formats = { json: 'application/json', markdown: 'text/markdown', csv: 'text/csv' } as const;

const reportRoute = createRoute({
  method: 'get',
  path: '/integrations/service-levels/report',
  operationId: 'getMonthlyReport',
  summary: 'What a month was like for a tenant',
  tags: ['oversight'],
  ...needs('integration:read'),
  request: {
    query: healthQuery.extend({
      month: z
        .string()
        .regex(/^\d{4}-\d{2}$/)
        .openapi({ example: '2026-11' }),
      format: z.enum(['json', 'markdown', 'csv']).default('json'),
    }),
  },
  responses: {
    200: {
      description: 'The report',
      content: Object.fromEntries(Object.values(formats).map((type) => [type, { schema: z.unknown() }])),
    },
    400: problem('No month, one to come, or one that is forgotten'),
    404: problem('The tenant is not the caller’s'),
    501: problem('No service levels are counted'),
    ...refusals,
  },
});

/** Mounts them. */
export const oversightRoutes: RouteGroup = (app, hub) => {
  const { alerts, levels } = hub.oversight;
  const engine = () => alerts ?? absent('No alerts are configured: hub.alerts says who is told');
  const counted = () =>
    levels ?? absent('No service levels are counted: hub.objectives says what was promised');

  app.openapi(alertsRoute, async (context) => {
    const { tenant = context.get('caller').tenant } = context.req.valid('query');
    const own = context.get('caller').tenant;
    const isForeign = own !== undefined && tenant !== own;
    const only = tenant === undefined ? {} : { tenant };
    const [found, groups] = isForeign
      ? [[], []]
      : await Promise.all([engine().alerts(only), engine().groups(only)]);
    const shown = groups.map(({ key, route, labels: by, openedAt, step, acknowledged }) => ({
      key,
      route,
      labels: by,
      openedAt,
      step,
      acknowledged,
    }));
    return context.json({ alerts: [...found], groups: shown } as z.infer<typeof alertsSchema>, 200, noStore);
  });

  app.openapi(acknowledgeRoute, async (context) => {
    const { subject, tenant } = context.get('caller');
    const { group, note } = context.req.valid('query');
    const visible = await engine().groups(tenant === undefined ? {} : { tenant });
    if (!visible.some(({ key }) => key === group)) throw new Refused(404, 'There is no such group of alerts');
    const event = { subject, action: 'alerts.acknowledge', tenant, target: group };
    await audited(hub, event, () => engine().acknowledge(group, subject, note));
    return context.json({ acknowledged: group }, 200, noStore);
  });

  app.openapi(levelsRoute, async (context) => {
    const tenant = tenantOf(context.get('caller').tenant, context.req.valid('query').tenant);
    const found = tenant === undefined ? [] : await counted().levels(tenant);
    // Its types have members that JSON leaves out, which those of the route do not know.
    return context.json({ levels: found } as never, 200, noStore) as never;
  });

  app.openapi(reportRoute, async (context) => {
    const { month, format, tenant: asked } = context.req.valid('query');
    const tenant = tenantOf(context.get('caller').tenant, asked);
    if (tenant === undefined) throw new Refused(404, 'There is no such report');
    const report = await counted()
      .monthlyReport(tenant, month)
      .catch((error: unknown) => {
        if (error instanceof IntegrationError && error.code === 'invalid_argument')
          throw new Refused(400, error.message);
        throw error;
      });
    const write = { json: JSON.stringify, markdown: reportMarkdown, csv: reportCsv } as const;
    return context.body(write[format](report), 200, {
      'content-type': `${formats[format]}; charset=utf-8`,
      ...noStore,
    }) as never;
  });
};

/** Whose levels are shown; `undefined`: those of a foreign tenant, of which there is nothing. */
function tenantOf(own: string | undefined, asked: string | undefined): string | undefined {
  return own === undefined || asked === undefined || asked === own
    ? (asked ?? own ?? defaultTenant)
    : undefined;
}

function absent(says: string): never {
  throw new Refused(501, says);
}
