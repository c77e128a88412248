import type { ErrorTable } from '@im/core';
import type { ReadFailure } from '@im/http';
import { z } from 'zod';

/** What the vendor's errors mean. */
export const ldapErrors: ErrorTable = {
  docs: 'https://developer.ldap.com/',
  rows: [
    { status: 400, code: 'invalid_argument' },
    { status: 401, code: 'unauthenticated', says: 'API key refused', remedy: 'check apiKey' },
    { status: 403, code: 'permission_denied' },
    { status: 404, code: 'not_found', says: 'no such item' },
    { status: 409, code: 'already_exists' },
    { status: 429, code: 'resource_exhausted', effect: 'none', says: 'too many requests' },
    { status: [500, 599], code: 'unavailable', says: 'LDAP failed' },
  ],
};

const wireError = z.object({ error: z.object({ code: z.string() }) });

/** Reads the vendor's error format: `{ "error": { "code": "no_such_item" } }`. */
export const readFailure: ReadFailure = (_status, body) => {
  const { data } = wireError.safeParse(body);
  return data === undefined ? {} : { reason: data.error.code };
};
