/**
 * What the storage services' errors mean. They come as XML `<Error><Code>…</Code><Message>…</Message></Error>`, and the code also in
 * `x-ms-error-code`, which is all that there is in an answer to HEAD.
 */
import type { ErrorRow, VendorFailure } from '@im/core';
import type { ReadFailure } from '@im/http';
import { readXml } from './xml.ts';

/**
 * Rows that all services of a storage account share; those of the service stand before them.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes | Azure Storage: Common error codes}
 */
export const storageErrorRows: readonly ErrorRow[] = [
  {
    reason: 'AuthenticationFailed',
    code: 'unauthenticated',
    says: 'the signature or token was refused',
    remedy: "check the account's key, SAS or identity, and this machine's clock",
  },
  {
    reason: 'InvalidAuthenticationInfo',
    code: 'unauthenticated',
    says: 'the credential is malformed or expired',
    remedy: 'check credentials',
  },
  {
    reason: 'NoAuthenticationInformation',
    code: 'unauthenticated',
    says: 'the request had no credential that the service knows',
    remedy: 'check credentials',
  },
  {
    reason:
      /^Authorization(Failure|PermissionMismatch|ResourceTypeMismatch|ServiceMismatch|SourceIPMismatch|ProtocolMismatch)$/,
    code: 'permission_denied',
    says: 'the credential does not allow this',
    remedy:
      'give the identity a data role (such as Storage Blob Data Contributor), or make a SAS with this permission',
  },
  {
    reason:
      /^(InsufficientAccountPermissions|AccountIsDisabled|KeyBasedAuthenticationNotPermitted|PublicAccessNotPermitted|UnauthorizedBlobOverwrite)$/,
    code: 'permission_denied',
    remedy: "check the account's settings and the permissions of the credential",
  },
  { reason: 'ServerBusy', code: 'unavailable', effect: 'none', says: 'the service is busy' },
  { reason: 'OperationTimedOut', code: 'unavailable', says: 'the service did not finish in time' },
  { reason: 'InternalError', code: 'unavailable', says: 'the service failed' },
  { reason: 'AccountBeingCreated', code: 'unavailable', says: 'the account is being made' },
  {
    reason: /^(ResourceNotFound|ResourceTypeMismatch)$/,
    code: 'not_found',
    says: 'there is no such resource',
  },
  { reason: 'ResourceAlreadyExists', code: 'already_exists', says: 'there is one already' },
  { reason: 'ConditionNotMet', code: 'failed_precondition', says: 'the condition does not hold' },
  {
    reason: 'Md5Mismatch',
    code: 'unavailable',
    effect: 'none',
    says: 'the bytes that arrived do not match their MD5',
  },
  { reason: 'RequestBodyTooLarge', code: 'invalid_argument', says: 'the body is too large' },
  {
    reason: /^(FeatureVersionMismatch|UnsupportedHttpVerb|UnsupportedHeader|UnsupportedQueryParameter)$/,
    code: 'unimplemented',
  },
  { status: 400, code: 'invalid_argument' },
  { status: 401, code: 'unauthenticated', says: 'the credential was refused', remedy: 'check credentials' },
  { status: 403, code: 'permission_denied', says: 'not allowed for this credential' },
  { status: 404, code: 'not_found' },
  { status: 409, code: 'failed_precondition' },
  { status: 411, code: 'invalid_argument' },
  { status: 412, code: 'failed_precondition', says: 'the condition does not hold' },
  { status: 413, code: 'invalid_argument', says: 'the body is too large' },
  { status: 416, code: 'invalid_argument', says: 'the range begins past the end' },
  { status: 429, code: 'resource_exhausted', effect: 'none' },
  { status: [500, 599], code: 'unavailable' },
];

/** Header with the vendor's id of a request. */
export const requestIdHeader = 'x-ms-request-id';

/** Reads an error of a storage service. Of the message only the first line is kept: the others are ids and times. */
export const readStorageError: ReadFailure = (_status, body, headers) => {
  const element = typeof body === 'string' && body.includes('<Error') ? errorIn(body) : undefined;
  const reason = headers.get('x-ms-error-code') ?? element?.code;
  return { reason: reason ?? undefined, says: saysOf(reason ?? undefined, element?.message) };
};

function errorIn(
  text: string,
): { readonly code: string | undefined; readonly message: string | undefined } | undefined {
  try {
    const error = readXml(text, 'Error');
    return { code: error.textOf('Code'), message: error.textOf('Message') };
  } catch {
    // A cut or foreign body says nothing; the status and the header still do.
    return undefined;
  }
}

function saysOf(reason: string | undefined, message: string | undefined): string | undefined {
  const line = message?.split('\n', 1)[0]?.trim();
  if (line) return `Azure says "${line.slice(0, 200)}"`;
  return reason === undefined ? undefined : `Azure says ${reason}`;
}

/** Whether an answer means that the bearer token has ended, or was refused. */
export function isTokenRefused({ status, reason }: VendorFailure): boolean {
  return (
    status === 401 &&
    (reason === undefined || /^(InvalidAuthenticationInfo|AuthenticationFailed)$/.test(reason))
  );
}
