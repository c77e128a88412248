/** `/`: the status page. */
import { z } from '@hono/zod-openapi';
import { pageHeaders, renderPage } from '../page.ts';
import { problemResponse, toProblem } from '../problem.ts';
import { statusQuery } from '../schemas.ts';
import type { RouteGroup } from './context.ts';
import { admit } from './needs.ts';

/** Mounts it. */
export const pageRoutes: RouteGroup = (app, { viewOf }) => {
  app.get('/', admit('integration:read'), (context) => {
    // A form sends the filters that were left open as empty values.
    const given = Object.entries(context.req.query()).filter(([, value]) => value !== '');
    const query = statusQuery.safeParse(Object.fromEntries(given));
    if (!query.success) return problemResponse(toProblem(400, z.prettifyError(query.error)));
    return context.html(renderPage(viewOf(context.get('caller')), query.data), 200, pageHeaders);
  });
};
