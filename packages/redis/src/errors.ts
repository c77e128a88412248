/** What a failure of Redis means to the caller of a `StateStore`. Its own words may quote keys and values, so none is repeated. */
import { type ErrorCode, IntegrationError } from '@im/core';

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly remedy: string;
}

/** How a reply begins → what it means. @see {@link https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors | Redis: errors} */
const meanings: readonly (readonly [reply: RegExp, Meaning])[] = [
  [
    /^(NOAUTH|WRONGPASS)\b/,
    {
      code: 'unauthenticated',
      says: 'the server refused user or password',
      remedy: 'correct the credential',
    },
  ],
  [
    /^NOPERM\b/,
    {
      code: 'permission_denied',
      says: 'the user may not do this',
      remedy: 'allow +@hash +@scripting +@keyspace on the keys of the prefix',
    },
  ],
  [
    /^OOM\b/,
    { code: 'resource_exhausted', says: 'the server has no memory left', remedy: 'give it more memory' },
  ],
  [
    /^(LOADING|MASTERDOWN|READONLY|CLUSTERDOWN|TRYAGAIN|BUSY|NOREPLICAS|MISCONF)\b/,
    { code: 'unavailable', says: 'the server takes no commands now', remedy: 'try again' },
  ],
  [
    /^WRONGTYPE\b|not a (valid )?float/,
    {
      code: 'failed_precondition',
      says: 'the key holds something else',
      remedy: 'use a prefix of your own, and count where nothing else was set',
    },
  ],
];

/** Whether the server has answered, with an error: then the command did nothing. */
export const isReply = (error: unknown): error is Error =>
  error instanceof Error && (error.name === 'ReplyError' || /^[A-Z]{2,}\b/.test(error.message));

/** Whether ioredis had no connection to send on, and keeps nothing for later. */
export function neverLeft(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Stream isn't writeable");
}

/** Whether the server refuses this client, so that waiting for it is in vain. */
export function isRefusal(error: unknown): boolean {
  return isReply(error) && /^(NOAUTH|WRONGPASS|NOPERM)\b/.test(error.message);
}

/**
 * The error for a command that failed.
 *
 * @param sent whether the command had left: then nobody knows what it did
 */
export function failed(operation: string, at: string, cause: unknown, sent: boolean): IntegrationError {
  const [, meaning] = isReply(cause) ? (meanings.find(([reply]) => reply.test(cause.message)) ?? []) : [];
  if (meaning !== undefined) return stateError(operation, at, meaning);
  if (isReply(cause)) {
    const reply = /^[A-Z]+/.exec(cause.message)?.[0];
    const says = `the server answered ${reply ?? 'with an error'}`;
    return stateError(operation, at, { code: 'internal', says, remedy: 'see the log of the server' });
  }
  const reason = (cause as { readonly code?: unknown } | undefined)?.code;
  return stateError(
    operation,
    at,
    {
      code: 'unavailable',
      says: `no connection${typeof reason === 'string' ? ` (${reason})` : ''}`,
      remedy: 'see that Redis runs and can be reached',
    },
    sent,
  );
}

/** No answer in time. */
export function tooSlow(operation: string, at: string, ms: number, sent: boolean): IntegrationError {
  const says = `no answer within ${ms} ms`;
  return stateError(operation, at, { code: 'unavailable', says, remedy: 'try again' }, sent);
}

/** The store was disposed. */
export function closed(operation: string, at: string): IntegrationError {
  const says = 'the store is closed';
  return stateError(operation, at, { code: 'unavailable', says, remedy: 'open another one' });
}

function stateError(
  operation: string,
  at: string,
  { code, says, remedy }: Meaning,
  sent = false,
): IntegrationError {
  const effect = sent && operation !== 'get' ? 'unknown' : 'none';
  return new IntegrationError(`${says}, at ${at}`, { code, provider: 'redis', operation, remedy, effect });
}
