/**
 * The door of the hub. Every request but the probes' is judged by its address; a route that `needs` a permission lets in who has it.
 * Refusals tell the caller what it may know; why is in the log.
 */
import { errorCode, type Logger } from '@im/core';
import type { Network } from '../network/network.ts';
import type { RateLimit } from '../network/rate-limit.ts';
import { Refused } from '../problem.ts';
import type { HubAccess } from './access.ts';
import { anyone, type Caller } from './caller.ts';
import { isForged, isThisMachine } from './forgery.ts';
import type { Permission } from './roles.ts';

/** What of a request matters at the door. */
export interface Arrival {
  /** Address of the socket; absent where the hub is called without one. */
  readonly socket: string | undefined;
  /** As the request names it, with its port. */
  readonly host: string;
  readonly request: { readonly method: string; readonly url: string; readonly headers: Headers };
}

/** Somebody who may come in, and what the answer says of their limit. */
export interface Admitted {
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
}

/** The door. */
export interface Door {
  /** @throws {@link Refused} 403 by address, 429 */
  enter(arrival: Arrival): Promise<void> | undefined;
  /** @throws {@link Refused} 401, 403, 421, 429, 503 */
  admit(arrival: Arrival, permission: Permission): Promise<Admitted>;
}

/** Makes it. */
export function createDoor(options: {
  /** Absent: everybody may do everything. */
  readonly access: HubAccess | undefined;
  /** Whether it is for this machine alone. */
  readonly isLocal: boolean;
  readonly network: Network;
  readonly perAddress: RateLimit | undefined;
  readonly perCaller: RateLimit | undefined;
  readonly logger: Logger;
}): Door {
  const { access, isLocal, network, perAddress, perCaller, logger } = options;
  const addressOf = ({ socket, request }: Arrival) => network.addressOf(socket, request.headers);

  const identify = async ({ request }: Arrival): Promise<Caller> => {
    if (access === undefined) return anyone;
    const caller = await access.identify(request.headers).catch((error: unknown) => {
      const code = errorCode(error);
      if (code === 'unauthenticated') throw unauthenticated(request, 'invalid_token');
      if (code === 'unavailable') throw new Refused(503, 'Who is calling cannot be looked up now');
      throw error;
    });
    if (caller === undefined) throw unauthenticated(request);
    return caller;
  };

  return {
    enter: (arrival) => {
      const address = addressOf(arrival);
      const why = network.fault(address);
      if (why !== undefined) {
        logger.warn('a request was refused by its address', { address, why });
        throw new Refused(403, 'Requests from this address are not taken');
      }
      return perAddress?.take(address ?? 'unknown').then(({ allowed, headers }) => {
        if (!allowed) throw tooMany(headers);
      });
    },
    admit: async (arrival, permission) => {
      const { request, host } = arrival;
      if (isLocal && permission !== 'integration:read' && !isThisMachine(host)) throw misdirected();
      const caller = await identify(arrival);
      const who = access === undefined ? (addressOf(arrival) ?? 'unknown') : caller.subject;
      const taken = await perCaller?.take(who);
      if (taken?.allowed === false) throw tooMany(taken.headers);
      if (!caller.may(permission)) throw new Refused(403, `This needs the permission ${permission}`);
      if (isForged(request.method, request.headers, host)) {
        logger.warn('a change was refused: a page of another site sent it', { subject: caller.subject });
        throw new Refused(403, 'A change must come from a page of this hub, or from a program');
      }
      return { caller, headers: taken?.headers ?? {} };
    },
  };
}

/** RFC 9110 §15.5.20. */
function misdirected(): Refused {
  return new Refused(
    421,
    'Nothing is done here under this name: ask as localhost, configure access, or say openToAll if that is what you want',
  );
}

function tooMany(headers: Readonly<Record<string, string>>): Refused {
  return new Refused(429, `Too many requests; try again in ${headers['retry-after']} s`, headers);
}

/**
 * RFC 6750 §3. Who reads pages is asked by the browser: the key is the password, the user name is of no matter. That offer stands first,
 * since Chromium reads no further than the first scheme of a header.
 */
function unauthenticated({ headers }: Arrival['request'], error?: string): Refused {
  const wantsPage = headers.get('accept')?.includes('text/html') ?? false;
  const bearer = `Bearer realm="hub"${error === undefined ? '' : `, error="${error}"`}`;
  return new Refused(401, 'Give an API key or a token of this hub as Authorization: Bearer', {
    'www-authenticate': wantsPage ? `Basic realm="hub", charset="UTF-8", ${bearer}` : bearer,
  });
}
