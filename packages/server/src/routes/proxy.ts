/**
 * `/proxy/{integration}/…`: a tenant's call to a vendor, with the credentials, the limits and the policies that the hub has for it. What is
 * behind the name goes to the vendor as it is, query included; its answer comes back whatever its status.
 */
import { defaultTenant, type ForwardAnswer, type ForwardRequest } from '@im/core';
import { refusalOf } from '../failures.ts';
import { Refused } from '../problem.ts';
import { nameParams } from '../schemas.ts';
import { securityHeaders } from '../security.ts';

import { problem } from './answers.ts';
import type { RouteGroup } from './context.ts';
import { noSuchIntegration } from './health.ts';
import { admit, demands, refusals } from './needs.ts';
import { type AnswerHeaders, type Passage, passageOf } from './passage.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Headers of a request that are for the hub, or tell of who called it. */
const hubHeaders = /^(im-.*|forwarded|x-forwarded-.*|x-real-ip|via|origin|referer|sec-.*)$/;

/**
 * Headers of an answer that speak for its origin, which is the vendor's and not the hub's. The hub's own security headers stand in their
 * place, so that no page of a vendor's runs as one of the hub's.
 */
const originHeaders = new Set([
  ...Object.keys(securityHeaders),
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'alt-svc',
  'clear-site-data',
  'content-security-policy-report-only',
  'nel',
  'refresh',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'strict-transport-security',
]);

/** Mounts it. */
export const proxyRoutes: RouteGroup = (app, { registry, viewOf, clock }) => {
  for (const method of methods)
    app.openAPIRegistry.registerPath({
      method: method.toLowerCase() as Lowercase<typeof method>,
      path: '/proxy/{name}/{path}',
      operationId: `proxy${method[0]}${method.slice(1).toLowerCase()}`,
      summary: 'Passes a request on to the vendor of an integration',
      description:
        'The header `im-tenant` names the tenant; by default that of the caller. `GET` is retried as a read, `PUT` and `DELETE` as idempotent, `POST` and `PATCH` are sent once. Answers of the vendor carry `im-provider`; one without it is the hub’s own.',
      tags: ['proxy'],
      ...demands('integration:call'),
      request: { params: nameParams.extend({ path: nameParams.shape.name }) },
      responses: {
        default: { description: 'The answer of the vendor, whatever its status' },
        404: problem('The tenant has no integration of that name'),
        501: problem('The integration passes no requests on'),
        502: problem('The vendor could not be asked with the credentials of the integration'),
        503: problem('The integration cannot be used now: its circuit is open, or it is stopped'),
        504: problem('The vendor did not answer in time'),
        ...refusals,
      },
    });

  app.on([...methods], '/proxy/:name/:path{.*}', admit('integration:call'), async (context) => {
    const { req } = context;
    const caller = context.get('caller');
    const name = req.param('name');
    const tenant = req.header('im-tenant') ?? caller.tenant ?? defaultTenant;
    const found = viewOf(caller).one(name, tenant);
    if (found === undefined) throw new Refused(404, noSuchIntegration(name, tenant));
    const passage = passageOf(context);
    const { signal } = passage;
    const request: ForwardRequest = {
      method: req.method as ForwardRequest['method'],
      path: behindName(req.url),
      headers: passedHeaders(passage.headers),
      body: bodiless.has(req.method) ? undefined : new Uint8Array(await req.arrayBuffer()),
    };
    try {
      const answer = await registry.tenant(tenant).forward(name, request, { signal });
      return await passage.send(answer, {
        ...shownHeaders(answer, found.provider),
        ...context.get('limits'),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw refusalOf(error, clock.now());
    }
  });
};

const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** What stands behind `/proxy/{name}/`, query included, still escaped as it came. */
function behindName(url: string): string {
  // Behind the host, behind `proxy`, behind the name.
  let at = url.indexOf('//') + 1;
  for (let slashes = 0; slashes < 3; slashes += 1) at = url.indexOf('/', at + 1);
  return url.slice(at + 1);
}

function passedHeaders(headers: Passage['headers']): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name in headers) if (!hubHeaders.test(name)) passed[name] = String(headers[name]);
  return passed;
}

function shownHeaders({ headers }: ForwardAnswer, provider: string): AnswerHeaders {
  const shown: Record<string, string | string[]> = { 'im-provider': provider };
  for (const [name, value] of headers) {
    if (originHeaders.has(name)) continue;
    const other = shown[name];
    shown[name] = other === undefined ? value : [other, value].flat();
  }
  return shown;
}
