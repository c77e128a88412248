/** `/`: the dashboard. */
import { z } from '@hono/zod-openapi';
import { lookAt } from '../dashboard/page/board.ts';
import { pageHeaders, renderPage } from '../dashboard/page/page.ts';
import { pageQuery } from '../dashboard/page/query.ts';
import { problemResponse, toProblem } from '../problem.ts';
import type { RouteGroup } from './context.ts';
import { admit } from './needs.ts';

/** Mounts it. */
export const pageRoutes: RouteGroup = (app, { viewOf }) => {
  app.get('/', admit('integration:read'), (context) => {
    const query = pageQuery.safeParse(withoutEmpty(context.req.query()));
    if (!query.success) return problemResponse(toProblem(400, z.prettifyError(query.error)));
    const caller = context.get('caller');
    return context.html(renderPage(lookAt(viewOf(caller), caller), query.data), 200, pageHeaders);
  });
};

/** A form sends the filters that were left open as empty values. */
export const withoutEmpty = (query: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
