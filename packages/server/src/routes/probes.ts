/**
 * `/livez`, `/readyz`, `/startupz`: for whoever runs the process, and open to everybody, since they tell
 * yes or no. `docs/server.md` has the truth table.
 *
 * - Alive: it answers. Nothing else counts, since a restart mends no vendor.
 * - Ready: requests may be sent here, by the rules of `health.ts`.
 * - Started: every required integration has been tried once; it stays so.
 */
import { createRoute, z } from '@hono/zod-openapi';
import { json, noStore } from './answers.ts';
import type { RouteGroup } from './context.ts';

const probeSchema = z.object({ ok: z.boolean() }).openapi('Probe');

const probe = <Path extends string>(path: Path, operationId: string, summary: string) =>
  createRoute({
    method: 'get',
    path,
    operationId,
    summary,
    tags: ['probes'],
    security: [],
    responses: { 200: json(probeSchema, 'Yes'), 503: json(probeSchema, 'No') },
  });

const liveRoute = probe('/livez', 'getLiveness', 'Whether the process answers');
const readyRoute = probe('/readyz', 'getReadiness', 'Whether requests may be sent here');
const startedRoute = probe('/startupz', 'getStartup', 'Whether everything that is required was tried once');

/** Milliseconds for which a look at everything holds: nobody may have the hub look at it again and again. */
const looksEveryMs = 1_000;

/** Mounts them. */
export const probeRoutes: RouteGroup = (app, { viewOf, clock, isDraining }) => {
  const view = viewOf({});
  let seen: { readonly at: number; readonly ready: boolean } | undefined;
  let started = false;
  const look = () => {
    const at = clock.now();
    if (seen !== undefined && at >= seen.at && at - seen.at < looksEveryMs) return seen;
    const { ready, status } = view.health();
    seen = { at, ready };
    started ||= status !== 'starting' && status !== 'draining';
    return seen;
  };
  app.openapi(liveRoute, (context) => context.json({ ok: true }, 200, noStore));
  app.openapi(readyRoute, (context) => {
    const ok = !isDraining() && look().ready;
    return context.json({ ok }, ok ? 200 : 503, noStore);
  });
  app.openapi(startedRoute, (context) => {
    if (!started) look();
    return context.json({ ok: started }, started ? 200 : 503, noStore);
  });
};
