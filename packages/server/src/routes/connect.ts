/** `/connect`: users connect their accounts at vendors. The handlers are those of `@im/auth/oauth`, whose documentation says more. */
import { z } from '@hono/zod-openapi';
import { defaultTenant } from '@im/core';
import type { RouteGroup } from './context.ts';
import { admit, demands, refusals } from './needs.ts';

const provider = z.string().openapi({ param: { name: 'provider', in: 'path' }, example: 'spotify' });
const id = z.string().openapi({ param: { name: 'id', in: 'path' } });
const query = z.object({
  return_to: z.string().optional(),
  scope: z.string().optional(),
  connection: z.string().optional(),
});

const described = [
  ['get', '/connect', 'listConnections', 'The own connections, without tokens', undefined, 200],
  [
    'get',
    '/connect/{provider}/start',
    'startConnection',
    'Sends the browser to the provider',
    { provider },
    303,
  ],
  [
    'get',
    '/connect/{provider}/callback',
    'finishConnection',
    'Where the provider sends the browser back to',
    { provider },
    303,
  ],
  ['get', '/connect/{id}', 'getConnection', 'One of the own connections', { id }, 200],
  ['delete', '/connect/{id}', 'endConnection', 'Ends one, here and at the provider', { id }, 200],
] as const;

/** Mounts them; there are none where no provider is configured. */
export const connectRoutes: RouteGroup = (app, { connect }) => {
  if (connect === undefined) return;
  for (const [method, path, operationId, summary, params, status] of described)
    app.openAPIRegistry.registerPath({
      method,
      path,
      operationId,
      summary,
      tags: ['connect'],
      ...demands('connection:manage'),
      request: { ...(params && { params: z.object(params) }), ...(status === 303 && { query }) },
      responses: { [status]: { description: status === 303 ? 'Where to go on' : 'As JSON' }, ...refusals },
    });
  // A provider that answers by a form: it proves nothing, and the browser is sent on to the same place by GET.
  app.post('/connect/:provider/callback', (context) => connect.handle(context.req.raw));
  const asCaller = admit('connection:manage');
  app.on(['GET', 'POST', 'DELETE'], ['/connect', '/connect/*'], asCaller, (context) => {
    const { subject, tenant = defaultTenant } = context.get('caller');
    return connect.handle(context.req.raw, { tenant, user: subject });
  });
};
