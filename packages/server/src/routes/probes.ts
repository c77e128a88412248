/**
 * `/livez`, `/readyz`, `/startupz`: for whoever runs the process, and open to everybody, since they tell one word.
 * `docs/server.md` has the truth table.
 *
 * - Alive: it answers. Nothing else counts, since a restart mends no vendor.
 * - Ready: requests may be sent here, by the rules of `health.ts`.
 * - Started: every required integration has been tried once; it stays so.
 */
import { createRoute, z } from '@hono/zod-openapi';
import { json, noStore } from './answers.ts';
import type { RouteGroup } from './context.ts';

const probeSchema = z.object({ ok: z.boolean(), status: z.string() }).openapi('Probe');

const probe = <Path extends string>(path: Path, operationId: string, summary: string) =>
  createRoute({
    method: 'get',
    path,
    operationId,
    summary,
    tags: ['probes'],
    security: [],
    responses: { 200: json(probeSchema, 'Yes'), 503: json(probeSchema, 'No; the body has the status') },
  });

const liveRoute = probe('/livez', 'getLiveness', 'Whether the process answers');
const readyRoute = probe('/readyz', 'getReadiness', 'Whether requests may be sent here');
const startedRoute = probe('/startupz', 'getStartup', 'Whether everything that is required was tried once');

/** Mounts them. */
export const probeRoutes: RouteGroup = (app, { viewOf }) => {
  const view = viewOf({});
  let started = false;
  const hasStarted = (status: string) => {
    started ||= status !== 'starting' && status !== 'draining';
    return started;
  };
  app.openapi(liveRoute, (context) => context.json({ ok: true, status: 'alive' }, 200, noStore));
  app.openapi(readyRoute, (context) => {
    const { ready, status } = view.health();
    hasStarted(status);
    return context.json({ ok: ready, status }, ready ? 200 : 503, noStore);
  });
  app.openapi(startedRoute, (context) => {
    const { status } = view.health();
    const ok = hasStarted(status);
    return context.json({ ok, status: ok ? 'started' : status }, ok ? 200 : 503, noStore);
  });
};
