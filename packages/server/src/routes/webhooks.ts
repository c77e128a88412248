/**
 * `/webhooks/{integration}`: where vendors send what happened. Anybody can reach it: a webhook is believed for its signature over the exact
 * bytes, and whoever is not believed learns nothing, not even whether there is such an integration.
 */
import { defaultTenant, errorCode, type WebhookRequest } from '@im/core';
import { refusalOf } from '../failures.ts';
import { Refused } from '../problem.ts';
import { healthQuery, nameParams } from '../schemas.ts';
import { problem } from './answers.ts';
import type { RouteGroup } from './context.ts';

/** Some vendors greet an address by `GET` before they send to it. */
const methods = ['GET', 'POST', 'PUT'] as const;

/** What says no more than "not believed": an outsider could try names. */
const unbelieved: ReadonlySet<string> = new Set([
  'not_found',
  'unimplemented',
  'unauthenticated',
  'failed_precondition',
  'invalid_argument',
  'permission_denied',
]);

/** Mounts it. */
export const webhookRoutes: RouteGroup = (app, { viewOf, inbox, clock, logger }) => {
  for (const method of methods)
    app.openAPIRegistry.registerPath({
      method: method.toLowerCase() as Lowercase<typeof method>,
      path: '/webhooks/{name}',
      operationId: `receive${method[0]}${method.slice(1).toLowerCase()}`,
      summary: 'Takes a webhook of a vendor',
      description:
        'Believed for its signature alone. Every event is done once; a vendor that is told otherwise sends it again.',
      tags: ['webhooks'],
      request: { params: nameParams, query: healthQuery },
      responses: {
        200: { description: 'Taken, answered as the vendor expects it' },
        204: { description: 'Taken' },
        401: problem('Not proven to come from the vendor of an integration of that name'),
        413: problem('The body is too large'),
        429: problem('Too many requests'),
        503: problem('An event could not be done now; send it again'),
      },
    });

  app.on([...methods], '/webhooks/:name', async ({ req }) => {
    const name = req.param('name');
    const tenant = req.query('tenant') ?? defaultTenant;
    try {
      const found = viewOf({}).one(name, tenant);
      const source = { tenant, integration: name, provider: found?.provider ?? '' };
      const reply = await inbox.take(source, await webhookOf(req.raw), req.raw.signal);
      if (reply === undefined) return new Response(null, { status: 204 });
      return new Response(reply.body, {
        status: reply.status,
        headers: { 'content-type': reply.contentType },
      });
    } catch (error) {
      if (!unbelieved.has(errorCode(error))) throw refusalOf(error, clock.now());
      logger.warn('a webhook was refused', { name, tenant, error });
      throw new Refused(401, 'This is not proven to come from the vendor of an integration of that name');
    }
  });
};

async function webhookOf(request: Request): Promise<WebhookRequest> {
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    body: new Uint8Array(await request.arrayBuffer()),
  };
}
