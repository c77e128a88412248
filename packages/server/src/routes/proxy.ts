/**
 * `/proxy/{integration}/…`: a tenant's call to a vendor, with the credentials, the limits and the policies that the hub has for it. What is
 * behind the name goes to the vendor as it is, query included; its answer comes back whatever its status.
 */
import { ReadableStream } from 'node:stream/web';
import { defaultTenant, type ForwardAnswer, type ForwardRequest } from '@im/core';
import { refusalOf } from '../failures.ts';
import { giveTime } from '../listener.ts';
import { Refused } from '../problem.ts';
import { nameParams } from '../schemas.ts';
import { securityHeaders } from '../security.ts';

import { problem } from './answers.ts';
import type { RouteGroup } from './context.ts';
import { noSuchIntegration } from './health.ts';
import { admit, demands, outgoingOf, refusals } from './needs.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Bodies up to this size are held, so that what may be repeated can be. */
const heldBytes = 1024 * 1024;

/** A vendor may take longer than a page of the hub: the policies of the integration end it. */
const time = { idleMs: 10 * 60_000 };

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
    giveTime(outgoingOf(context), time);
    const { signal } = req.raw;
    try {
      const answer = await registry.tenant(tenant).forward(name, await requestOf(req.raw), { signal });
      return await responseOf(answer, found.provider, req.method === 'HEAD');
    } catch (error) {
      signal.throwIfAborted();
      throw refusalOf(error, clock.now());
    }
  });
};

async function requestOf(request: Request): Promise<ForwardRequest> {
  const { pathname, search } = new URL(request.url);
  const headers = Object.fromEntries([...request.headers].filter(([name]) => !hubHeaders.test(name)));
  return {
    method: request.method as ForwardRequest['method'],
    // Behind the second slash after `/proxy`, still escaped as it came.
    path: pathname.split('/').slice(3).join('/') + search,
    headers,
    body: await bodyOf(request),
  };
}

async function bodyOf({ body, headers }: Request): Promise<ForwardRequest['body']> {
  if (body === null) return undefined;
  const announced = Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY);
  return announced <= heldBytes ? new Uint8Array(await new Response(body).arrayBuffer()) : body;
}

async function responseOf(answer: ForwardAnswer, provider: string, isHead: boolean): Promise<Response> {
  const { status } = answer;
  const headers = new Headers({ 'im-provider': provider });
  for (const [name, value] of answer.headers) if (!originHeaders.has(name)) headers.append(name, value);
  // None of these has a body (RFC 9110 §6.4.1), and `Response` refuses one.
  const isEmpty = isHead || status === 204 || status === 205 || status === 304;
  if (!isEmpty) return new Response(streamOf(piecesOf(answer)), { status, headers });
  await answer[Symbol.asyncDispose]();
  return new Response(null, { status, headers });
}

/** `Response` and the streams of `node:stream/web` are the same at work, and not by their types. */
const streamOf = (pieces: AsyncIterable<Uint8Array>) =>
  ReadableStream.from(pieces) as unknown as ConstructorParameters<typeof Response>[0];

/** The body; the answer is let go at its end, and when the caller goes away before. */
async function* piecesOf(answer: ForwardAnswer): AsyncGenerator<Uint8Array, void, undefined> {
  await using _ = answer;
  yield* answer.body;
}
