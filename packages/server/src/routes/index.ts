/**
 * All routes of the hub. A file of this folder is a group of routes; it declares each with the schemas of its input and its
 * answers, from which `/openapi.json` is generated, and stands in the list below. What holds for all of them is said here.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import { type ErrorCode, isIntegrationError } from '@im/core';
import { HTTPException } from 'hono/http-exception';
import { problemResponse, Refused, toProblem } from '../problem.ts';
import { UnknownCursor } from '../view.ts';
import { actionRoutes } from './actions.ts';
import { adminRoutes } from './admin.ts';
import { connectRoutes } from './connect.ts';
import type { HubApp, HubContext, HubEnv, RouteGroup } from './context.ts';
import { descriptionRoutes } from './description.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';
import { arrivalOf } from './needs.ts';
import { oversightRoutes } from './oversight.ts';
import { pageRoutes } from './page.ts';
import { probeRoutes } from './probes.ts';
import { proxyRoutes } from './proxy.ts';
import { statusRoutes } from './status.ts';
import { webhookRoutes } from './webhooks.ts';

/** Open to everybody, whatever the rules on addresses and callers. */
const openGroups: readonly RouteGroup[] = [probeRoutes];

/** Behind the door: what is mounted by `needs` or `admit` knows its caller. */
const groups: readonly RouteGroup[] = [
  healthRoutes,
  statusRoutes,
  metricsRoutes,
  eventRoutes,
  actionRoutes,
  adminRoutes,
  connectRoutes,
  descriptionRoutes,
  pageRoutes,
  proxyRoutes,
  webhookRoutes,
  oversightRoutes,
];

/** Mounts every group. `GET` answers `HEAD` too; what no route of a path takes is answered with 405. */
export function createRoutes(hub: HubContext): HubApp {
  const app: HubApp = new OpenAPIHono<HubEnv>({
    defaultHook: (result, context) => {
      if (result.success) return;
      const errors = result.error.issues.map((issue) => ({
        where:
          issue.path.join('.') ||
          (issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : result.target),
        says: issue.message,
      }));
      const detail = `${result.target}: ${errors.map(({ where, says }) => `${where}: ${says}`).join('; ')}`;
      return problemResponse(toProblem(400, detail, { instance: context.req.path, errors }));
    },
  });
  for (const mount of openGroups) mount(app, hub);
  app.use(async (context, next) => {
    context.set('door', hub.door);
    await hub.door.enter(arrivalOf(context));
    await next();
  });
  for (const mount of groups) mount(app, hub);
  refuseOtherMethods(app);
  app.notFound(({ req }) =>
    problemResponse(toProblem(404, 'The routes are listed in /openapi.json', { instance: req.path })),
  );
  app.onError((error, { req }) => {
    if (error instanceof UnknownCursor) {
      return problemResponse(
        toProblem(400, '`after` is not a place this hub gave out', { instance: req.path }),
      );
    }
    if (error instanceof Refused) {
      const problem = toProblem(error.status, error.message, { instance: req.path });
      return problemResponse(problem, error.headers);
    }
    if (isIntegrationError(error) && statusOfCode[error.code] !== undefined) {
      const problem = toProblem(statusOfCode[error.code] ?? 500, error.message, { instance: req.path });
      return problemResponse(problem);
    }
    if (error instanceof HTTPException) return problemResponse(toProblem(error.status, error.message));
    hub.logger.error('a request failed by a fault of the hub', { error });
    return problemResponse(toProblem(500, 'A fault of the hub; its log says more'));
  });
  return app;
}

/** Failures of what a route did that its caller may know. Everything else is a fault of ours. */
const statusOfCode: Partial<Record<ErrorCode, number>> = {
  invalid_argument: 409,
  failed_precondition: 409,
  unavailable: 503,
};

/** A path that only some methods know answers the others with 405 and the ones it takes; at `/`, which is only a page, they find nothing. */
function refuseOtherMethods(app: HubApp): void {
  const taken = Map.groupBy(
    app.routes.filter(({ method, path }) => method !== 'ALL' && path !== '/'),
    ({ path }) => path,
  );
  for (const [path, routes] of taken) {
    const methods = new Set(routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])));
    const allow = [...methods].join(', ');
    app.all(path, ({ req }) =>
      problemResponse(toProblem(405, `${req.path} takes ${allow}`, { instance: req.path }), { allow }),
    );
  }
}
