/** What went wrong on a connection, by names that the error table explains. */
import { VendorError } from '@im/core';
import type { MessageResponse } from 'ldapts';

/** Names of result codes. RFC 4511 Appendix A.1, and 80 and up from its registry */
const resultNames: Readonly<Record<number, string>> = {
  1: 'operationsError',
  2: 'protocolError',
  3: 'timeLimitExceeded',
  4: 'sizeLimitExceeded',
  7: 'authMethodNotSupported',
  8: 'strongerAuthRequired',
  10: 'referral',
  11: 'adminLimitExceeded',
  12: 'unavailableCriticalExtension',
  13: 'confidentialityRequired',
  14: 'saslBindInProgress',
  16: 'noSuchAttribute',
  17: 'undefinedAttributeType',
  18: 'inappropriateMatching',
  19: 'constraintViolation',
  20: 'attributeOrValueExists',
  21: 'invalidAttributeSyntax',
  32: 'noSuchObject',
  33: 'aliasProblem',
  34: 'invalidDNSyntax',
  36: 'aliasDereferencingProblem',
  48: 'inappropriateAuthentication',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  51: 'busy',
  52: 'unavailable',
  53: 'unwillingToPerform',
  54: 'loopDetect',
  64: 'namingViolation',
  65: 'objectClassViolation',
  66: 'notAllowedOnNonLeaf',
  67: 'notAllowedOnRDN',
  68: 'entryAlreadyExists',
  69: 'objectClassModsProhibited',
  71: 'affectsMultipleDSAs',
  80: 'other',
};

/**
 * What Active Directory adds to `invalidCredentials`: a Windows error in hexadecimal, in its words on the failure.
 *
 * @see {@link https://learn.microsoft.com/windows/win32/debug/system-error-codes--1300-1699- | Microsoft: System Error Codes}
 */
export const windowsReasons: Readonly<Record<string, string>> = {
  '525': 'ad_no_such_user',
  '52e': 'ad_bad_credentials',
  '530': 'ad_logon_hours',
  '531': 'ad_workstation',
  '532': 'ad_password_expired',
  '533': 'ad_account_disabled',
  '701': 'ad_account_expired',
  '773': 'ad_password_must_change',
  '775': 'ad_account_locked',
};

/** A failure that the directory answered with. Its words are not kept: they may quote what was sent. */
export function fromResult({
  status,
  errorMessage,
}: Pick<MessageResponse, 'status' | 'errorMessage'>): VendorError {
  const name = resultNames[status];
  const data = /AcceptSecurityContext error, data ([0-9a-f]+)/i.exec(errorMessage)?.[1]?.toLowerCase();
  const windows = name === 'invalidCredentials' && data !== undefined ? windowsReasons[data] : undefined;
  return new VendorError({
    reason: windows ?? name ?? `resultCode${status}`,
    says: `the directory answered with ${name ?? 'a result that RFC 4511 does not name'} (${status})`,
    sent: true,
  });
}

/** What happened to a connection. */
export type ConnectionFault =
  | 'connection_refused'
  | 'unknown_host'
  | 'connect_timeout'
  | 'connection_lost'
  | 'no_answer'
  | 'tls_failed'
  | 'certificate_refused'
  | 'start_tls_refused'
  | 'not_ldap'
  | 'message_too_large';

/** A failure of the connection itself; `server` is the URL that it was made to. */
export function connectionError(
  reason: ConnectionFault,
  server: string,
  sent: boolean,
  cause?: unknown,
): VendorError {
  return new VendorError(
    { reason, says: `${server}: ${faultWords[reason]}`, sent },
    cause === undefined ? undefined : { cause },
  );
}

const faultWords: Readonly<Record<ConnectionFault, string>> = {
  connection_refused: 'no server listens there, or it cannot be reached',
  unknown_host: 'the name of the host is not known',
  connect_timeout: 'the server did not take the connection in time',
  connection_lost: 'the connection was lost',
  no_answer: 'the server did not answer within answerTimeoutMs',
  tls_failed: 'TLS could not be begun',
  certificate_refused: 'the certificate of the server is not trusted',
  start_tls_refused: 'the server refuses StartTLS',
  not_ldap: 'what answers there does not speak LDAP',
  message_too_large: 'the server sent a larger message than maxMessageBytes allows',
};

/** Reads an error of a socket, by its code alone. */
export function socketFault(error: unknown): ConnectionFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknown_host';
  if (/^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code))
    return 'certificate_refused';
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return 'tls_failed';
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'connection_lost' : 'connection_refused';
}
