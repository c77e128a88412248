/** What a route demands of its callers, as a part of its declaration. */
import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import type { Arrival } from '../access/door.ts';
import type { Permission } from '../access/roles.ts';
import { problem } from './answers.ts';
import type { HubEnv } from './context.ts';

/** A request as the door sees it. */
export function arrivalOf({ env, req }: Context<HubEnv>): Arrival {
  const { incoming } = (env ?? {}) as Partial<HttpBindings>;
  return {
    socket: incoming?.socket.remoteAddress,
    // As Node has it: the headers of the request are only made where somebody reads them.
    host: incoming?.headers?.host ?? req.header('host') ?? new URL(req.url).host,
    request: req.raw,
  };
}

/** The response as Node has it; absent where the hub is called without a socket. */
export function outgoingOf({ env }: Context<HubEnv>): ServerResponse | undefined {
  return ((env ?? {}) as Partial<HttpBindings>).outgoing as ServerResponse | undefined;
}

/** Lets in who has the permission, as `context.get('caller')`. For routes that are not declared with a schema, such as pages. */
export function admit(permission: Permission): MiddlewareHandler<HubEnv> {
  return async (context, next) => {
    const { caller, headers } = await context.get('door').admit(arrivalOf(context), permission);
    context.set('caller', caller);
    context.set('limits', headers);
    await next();
    if (context.res === RESPONSE_ALREADY_SENT) return;
    for (const name in headers) context.header(name, headers[name]);
  };
}

/** What the description says of a route that lets in by {@link admit}. */
export function demands(permission: Permission) {
  return { security: [{ key: [] }, { token: [] }, { browser: [] }], 'x-permission': permission };
}

/** {@link admit} and {@link demands}: `createRoute({ …, ...needs('integration:read') })`. */
export function needs(permission: Permission) {
  return { middleware: admit(permission), ...demands(permission) };
}

/** Answers of every route that {@link needs} something. */
export const refusals = {
  401: problem('No credential, or one that is not accepted'),
  403: problem('The permission is missing, or the address is refused'),
  429: problem('Too many requests; `Retry-After` says when to come again'),
};
