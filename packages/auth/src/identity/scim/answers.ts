/** Answers in SCIM's form, and how errors become them. */
import { errorCode, isIntegrationError } from '@im/core';
import { contentType } from './input.ts';
import type { ScimMessages } from './messages.ts';

/** An answer with a body. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': contentType, ...headers } });
}

const statuses: Readonly<Record<string, readonly [status: number, scimType?: string]>> = {
  invalid_argument: [400, 'invalidValue'],
  unauthenticated: [401],
  permission_denied: [403],
  not_found: [404],
  already_exists: [409, 'uniqueness'],
  resource_exhausted: [429],
};

/** SCIM's own form (RFC 7644 §3.12). What nobody foresaw is told to the log alone. */
export function refusal(
  { messages, types }: ScimMessages,
  error: unknown,
  note: (status: number, reason: string) => unknown,
): Response {
  const known = isIntegrationError(error) ? statuses[error.code] : undefined;
  const [status, scimType, detail] =
    error instanceof types.Error
      ? [error.status, error.scimType, error.message]
      : error instanceof URIError
        ? [400, 'invalidValue', error.message]
        : known !== undefined
          ? [known[0], known[1], (error as Error).message]
          : [500, undefined, 'this failed here; try again later'];
  // Where our own state is away, the directory may come again; what is said of it is for the log.
  if (status >= 500 || status === 401 || status === 403) note(status, errorCode(error));
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  // The library's message knows fewer statuses than HTTP does, so its form is written here.
  const body = {
    schemas: [messages.ErrorResponse.id],
    status: String(status),
    ...(scimType && { scimType }),
    detail,
  };
  return json(status, body, headers);
}
