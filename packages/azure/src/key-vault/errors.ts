/** What Key Vault's errors mean. */
import type { ErrorTable, HeaderReader } from '@im/core';
import type { ReadFailure } from '@im/http';
import { challengedResource, isOwnResource, resourceOf } from './challenge.ts';

const grant =
  'give the identity a role (such as Key Vault Secrets User or Key Vault Crypto User) or an access policy';

export const keyVaultErrors: ErrorTable = {
  docs: 'https://learn.microsoft.com/azure/key-vault/general/rest-error-codes',
  rows: [
    {
      reason: 'foreign_challenge',
      code: 'unauthenticated',
      says: 'the vault asks for tokens for a resource that is not of its own domain',
      remedy: 'check the option `endpoint`',
    },
    {
      reason: 'AKV10032',
      code: 'unauthenticated',
      says: "the token comes from another directory (tenant) than the vault's",
      remedy: 'use credentials of the directory that the vault belongs to',
    },
    { status: 401, code: 'unauthenticated', remedy: 'check credentials' },
    {
      reason: /^ForbiddenBy(Firewall|Connection)$/,
      code: 'permission_denied',
      remedy: "let this machine's address or network through the vault's firewall",
    },
    {
      reason: /^(AccessDenied|ForbiddenByPolicy|ForbiddenByRbac)$/,
      code: 'permission_denied',
      remedy: grant,
    },
    {
      reason: /^(Secret|Key)Disabled$/,
      code: 'failed_precondition',
      remedy: 'enable it (updateSecret, updateKey), or take another version',
    },
    {
      reason: /^(Secret|Key)(NotYetValid|Expired)$/,
      code: 'failed_precondition',
      remedy: 'look at notBefore and expiresAt; take another version',
    },
    { status: 403, code: 'permission_denied', remedy: grant },
    {
      reason: /^(Secret|Key)NotFound$/,
      code: 'not_found',
      remedy:
        'check the name, the version and the vault; it may be deleted (getDeletedSecret, getDeletedKey)',
    },
    {
      reason: 'ObjectIsDeletedButRecoverable',
      code: 'failed_precondition',
      remedy: 'recover it, or purge it to use the name anew',
    },
    { reason: /^ObjectIsBeing(Deleted|Recovered)$/, code: 'unavailable', effect: 'none' },
    {
      status: 409,
      code: 'already_exists',
      remedy: 'choose another name; a backup is restored under its own',
    },
    { status: 429, code: 'resource_exhausted', effect: 'none' },
    { status: 400, code: 'invalid_argument' },
    { status: 404, code: 'not_found' },
    { status: [500, 599], code: 'unavailable' },
  ],
};

/** Header with the vendor's id of a request. */
export const requestIdHeader = 'x-ms-request-id';

/**
 * Makes the reader of `{"error":{"code":…,"message":…,"innererror":{"code":…}}}`: the inner code says most.
 *
 * @param host the vault's
 */
export function keyVaultFailures(host: string): ReadFailure {
  return (status, body, headers) => {
    const { code, message, inner } = errorIn(body);
    const line = message?.split(/[\r\n]/, 1)[0]?.trim();
    const numbered = line === undefined ? undefined : /^\W*(AKV\d{5})\b/.exec(line)?.[1];
    const isForeign = status === 401 && asksForForeign(headers, host);
    return {
      reason: isForeign ? 'foreign_challenge' : (numbered ?? inner ?? code),
      says: line ? `Azure says "${line.slice(0, 200)}"` : code && `Azure says ${code}`,
    };
  };
}

function asksForForeign(headers: HeaderReader, host: string): boolean {
  const asked = challengedResource(headers.get('www-authenticate'));
  return asked !== undefined && asked !== resourceOf(host) && !isOwnResource(asked, host);
}

interface VaultError {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly inner?: string | undefined;
}

function errorIn(body: unknown): VaultError {
  const error = memberOf(body, 'error');
  return {
    code: textOf(error, 'code'),
    message: textOf(error, 'message'),
    inner: textOf(memberOf(error, 'innererror'), 'code'),
  };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const text = memberOf(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}
