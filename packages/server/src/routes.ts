/** The routes: each declared with the schemas of its input and its answers, from which `/openapi.json` is generated. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { usable } from './health.ts';
import { createMetrics, metricsFormat } from './metrics.ts';
import { pageHeaders, renderPage } from './page.ts';
import { problemResponse, problemType, toProblem } from './problem.ts';
import {
  healthQuery,
  healthSchema,
  integrationSchema,
  nameParams,
  problemSchema,
  statusQuery,
  statusSchema,
  toView,
} from './schemas.ts';
import { type HubView, UnknownCursor } from './view.ts';

const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
const problem = (description: string) => ({
  description,
  content: { [problemType]: { schema: problemSchema } },
});
const tags = ['integrations'];

const healthRoute = createRoute({
  method: 'get',
  path: '/integrations/health',
  operationId: 'getHealth',
  summary: 'Whether the hub can be used: the answer for load balancers and probes',
  tags,
  responses: { 200: json(healthSchema, 'Ready'), 503: json(healthSchema, 'Not ready; the body says why') },
});

const oneHealthRoute = createRoute({
  method: 'get',
  path: '/integrations/health/{name}',
  operationId: 'getIntegrationHealth',
  summary: 'Whether one integration of one tenant can be used',
  tags,
  request: { params: nameParams, query: healthQuery },
  responses: {
    200: json(integrationSchema, 'It can be used'),
    400: problem('Unknown or invalid parameter'),
    404: problem('Nothing of that name is registered for the tenant'),
    503: json(integrationSchema, 'It cannot be used now; the body says why'),
  },
});

const statusRoute = createRoute({
  method: 'get',
  path: '/integrations/status',
  operationId: 'getStatus',
  summary: 'Everything that is known of every integration',
  tags,
  request: { query: statusQuery },
  responses: {
    200: json(statusSchema, 'By tenant, then name'),
    400: problem('Unknown or invalid parameter'),
  },
});

const metricsRoute = createRoute({
  method: 'get',
  path: '/integrations/metrics',
  operationId: 'getMetrics',
  summary: 'Metrics for Prometheus; OpenMetrics when `Accept` asks for it',
  tags,
  responses: {
    200: {
      description: 'Counters since the hub started',
      content: {
        'text/plain': { schema: z.string() },
        'application/openmetrics-text': { schema: z.string() },
      },
    },
  },
});

/** How the routes are made. */
export interface RoutesOptions {
  readonly view: HubView;
  readonly version: string;
  readonly maxMetricIntegrations: number;
  /** Told of a fault of ours; the caller sees a plain 500. */
  readonly onFault: (error: unknown) => void;
}

/** All routes of the hub. `GET` answers `HEAD` too; every other method on them is 405. */
export function createRoutes({ view, version, maxMetricIntegrations, onFault }: RoutesOptions): OpenAPIHono {
  const app = new OpenAPIHono({
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
  const metrics = createMetrics(maxMetricIntegrations);

  app.openapi(healthRoute, (context) => {
    const health = view.health();
    return context.json(health, health.ready ? 200 : 503, noStore);
  });

  app.openapi(oneHealthRoute, (context) => {
    const { name } = context.req.valid('param');
    const { tenant } = context.req.valid('query');
    const status = view.one(name, tenant);
    if (status === undefined) {
      const detail = `No integration named ${JSON.stringify(name)} is registered for tenant ${JSON.stringify(tenant)}`;
      return problemResponse(toProblem(404, detail, { instance: context.req.path })) as never;
    }
    return context.json(toView(status, view.note(status)), usable.has(status.status) ? 200 : 503, noStore);
  });

  app.openapi(statusRoute, (context) => context.json(view.status(context.req.valid('query')), 200, noStore));

  app.openapi(metricsRoute, async (context) => {
    const scrape = await metrics(view.list(), view.health(), metricsFormat(context.req.header('accept')));
    return context.body(scrape.text, 200, { 'content-type': scrape.contentType, vary: 'accept', ...noStore });
  });

  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: view.title, version, description: 'Health, metrics and status of integrations.' },
    servers: [{ url: '/' }],
    tags: [{ name: 'integrations', description: 'What runs here, and how it is' }],
  });

  app.get('/', (context) => {
    // A form sends the filters that were left open as empty values.
    const given = Object.entries(context.req.query()).filter(([, value]) => value !== '');
    const query = statusQuery.safeParse(Object.fromEntries(given));
    if (!query.success) return problemResponse(toProblem(400, z.prettifyError(query.error)));
    return context.html(renderPage(view, query.data), 200, pageHeaders);
  });

  const readOnly = [
    '/openapi.json',
    ...[healthRoute, oneHealthRoute, statusRoute, metricsRoute].map((route) => route.getRoutingPath()),
  ];
  for (const path of readOnly) {
    app.all(path, ({ req }) =>
      problemResponse(toProblem(405, `${req.path} is for reading`, { instance: req.path }), {
        allow: 'GET, HEAD',
      }),
    );
  }
  app.notFound(({ req }) =>
    problemResponse(toProblem(404, 'The routes are listed in /openapi.json', { instance: req.path })),
  );
  app.onError((error, { req }) => {
    if (error instanceof UnknownCursor) {
      return problemResponse(
        toProblem(400, '`after` is not a place this hub gave out', { instance: req.path }),
      );
    }
    if (error instanceof HTTPException) return problemResponse(toProblem(error.status, error.message));
    onFault(error);
    return problemResponse(toProblem(500, 'A fault of the hub; its log says more'));
  });
  return app;
}

const noStore = { 'cache-control': 'no-store' };
