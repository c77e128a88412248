/** `/integrations/health`: whether the hub, or one integration, can be used. */
import { createRoute } from '@hono/zod-openapi';
import { defaultTenant } from '@im/core';
import { usable } from '../health.ts';
import { Refused } from '../problem.ts';
import { healthQuery, healthSchema, integrationSchema, nameParams, toView } from '../schemas.ts';
import { json, noStore, problem } from './answers.ts';
import type { RouteGroup } from './context.ts';
import { needs, refusals } from './needs.ts';

const healthRoute = createRoute({
  method: 'get',
  path: '/integrations/health',
  operationId: 'getHealth',
  summary: 'Whether the hub can be used: the answer for load balancers and probes',
  tags: ['integrations'],
  ...needs('integration:read'),
  responses: {
    200: json(healthSchema, 'Ready'),
    503: json(healthSchema, 'Not ready; the body says why'),
    ...refusals,
  },
});

const oneHealthRoute = createRoute({
  method: 'get',
  path: '/integrations/health/{name}',
  operationId: 'getIntegrationHealth',
  summary: 'Whether one integration of one tenant can be used',
  tags: ['integrations'],
  ...needs('integration:read'),
  request: { params: nameParams, query: healthQuery },
  responses: {
    200: json(integrationSchema, 'It can be used'),
    400: problem('Unknown or invalid parameter'),
    404: problem('Nothing of that name is registered for the tenant'),
    503: json(integrationSchema, 'It cannot be used now; the body says why'),
    ...refusals,
  },
});

/** Mounts them. */
export const healthRoutes: RouteGroup = (app, { viewOf }) => {
  app.openapi(healthRoute, (context) => {
    const health = viewOf(context.get('caller')).health();
    return context.json(health, health.ready ? 200 : 503, noStore);
  });

  app.openapi(oneHealthRoute, (context) => {
    const { name } = context.req.valid('param');
    const caller = context.get('caller');
    const { tenant = caller.tenant ?? defaultTenant } = context.req.valid('query');
    const view = viewOf(caller);
    const status = view.one(name, tenant);
    if (status === undefined) throw new Refused(404, noSuchIntegration(name, tenant));
    return context.json(toView(status, view), usable.has(status.status) ? 200 : 503, noStore);
  });
};

/** Whoever's it is, or nobody's: the caller is told the same. */
export function noSuchIntegration(name: string, tenant: string): string {
  return `No integration named ${JSON.stringify(name)} is registered for tenant ${JSON.stringify(tenant)}`;
}
