/**
 * `POST /integrations/{name}/<action>`: what an operator does to one integration.
 *
 * Each action says what shall be so, and not what shall change, so doing it again does no harm. It stands in the audit log before it
 * takes effect, and its outcome behind it; what cannot be recorded is not done.
 */
import { createRoute } from '@hono/zod-openapi';
import { defaultTenant, type IntegrationRef, type Registry } from '@im/core';
import { Refused } from '../problem.ts';
import { healthQuery, integrationSchema, nameParams, toView } from '../schemas.ts';
import { json, noStore, problem } from './answers.ts';
import { audited } from './audited.ts';
import type { RouteGroup } from './context.ts';
import { noSuchIntegration } from './health.ts';
import { needs, refusals } from './needs.ts';

interface Action {
  readonly name: string;
  readonly operationId: string;
  readonly summary: string;
  readonly act: (registry: Registry, ref: IntegrationRef, by: string) => unknown;
}

const actions: readonly Action[] = [
  {
    name: 'enable',
    operationId: 'enableIntegration',
    summary: 'Starts it, or takes it back in; a failed start is in the answer',
    act: (registry, ref) => registry.enable(ref),
  },
  {
    name: 'disable',
    operationId: 'disableIntegration',
    summary: 'Drains it, and refuses calls until it is enabled',
    act: (registry, ref, by) => registry.disable(ref, `disabled by ${by}`),
  },
  {
    name: 'isolate',
    operationId: 'isolateIntegration',
    summary: 'Opens its circuit breaker, which stays open until it is reset',
    act: (registry, ref) => registry.isolate(ref),
  },
  {
    name: 'reset-breaker',
    operationId: 'resetBreaker',
    summary: 'Closes its circuit breaker and forgets what that counted',
    act: (registry, ref) => registry.resetBreaker(ref),
  },
  {
    name: 'check',
    operationId: 'checkIntegration',
    summary: 'Runs its check now; what it found is in the answer',
    act: (registry, ref) => registry.check(ref),
  },
];

const routeOf = ({ name, operationId, summary }: Action) =>
  createRoute({
    method: 'post',
    path: `/integrations/{name}/${name}`,
    operationId,
    summary,
    tags: ['actions'],
    ...needs('integration:operate'),
    request: { params: nameParams, query: healthQuery },
    responses: {
      200: json(integrationSchema, 'How it is now'),
      400: problem('Unknown or invalid parameter'),
      404: problem('Nothing of that name is registered for the tenant'),
      503: problem('The audit log cannot be written; nothing was done'),
      ...refusals,
    },
  });

/** Mounts them. */
export const actionRoutes: RouteGroup = (app, hub) => {
  const { registry, viewOf } = hub;
  for (const action of actions) {
    app.openapi(routeOf(action), async (context) => {
      const caller = context.get('caller');
      const { name } = context.req.valid('param');
      const { tenant = caller.tenant ?? defaultTenant } = context.req.valid('query');
      const view = viewOf(caller);
      if (view.one(name, tenant) === undefined) throw new Refused(404, noSuchIntegration(name, tenant));
      const event = {
        subject: caller.subject,
        action: `integration.${action.name}`,
        tenant,
        target: name,
      };
      await audited(hub, event, () => action.act(registry, { name, tenant }, caller.subject));
      const status = view.one(name, tenant);
      if (status === undefined) throw new Refused(404, noSuchIntegration(name, tenant));
      return context.json(toView(status, view), 200, noStore);
    });
  }
};
