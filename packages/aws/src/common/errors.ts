/**
 * What AWS's errors mean, as far as its services have them in common. A service puts its own rows in front:
 * `awsErrorTable(docs, rows)`.
 */
import type { ErrorRow, ErrorTable, VendorFailure } from '@im/core';

/** Our names for what AWS tells by its words only, under the name of another error. */
export const ownReasons = {
  skew: 'ClockSkew',
  scope: 'WrongRegion',
} as const;

/** Names of credentials that were good and have ended: new ones help. */
const expired = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|CredentialsExpired)$/;

/** Whether an error of this name asks for other credentials. */
export function isExpiredReason(reason: string | undefined): boolean {
  return reason !== undefined && expired.test(reason);
}

const unknownKey =
  /^(UnrecognizedClient(Exception)?|InvalidClientTokenId|InvalidAccessKeyId|MissingAuthenticationToken(Exception)?|AuthFailure|InvalidToken(Id)?|InvalidSecurity)$/;
const badSignature =
  /^(SignatureDoesNotMatch|InvalidSignature(Exception)?|IncompleteSignature(Exception)?|AuthorizationHeaderMalformed)$/;
const denied =
  /^(AccessDenied(Exception)?|AuthorizationError(Exception)?|NotAuthorized(Exception)?|UnauthorizedOperation|UnauthorizedAccess(Exception)?|ForbiddenException|Forbidden)$/;
const notSigned =
  /^(OptInRequired|NotSignedUp|SubscriptionRequiredException|AccountProblem|PendingVerification)$/;
const throttled =
  /^(Throttling(Exception)?|ThrottledException|Throttled|RequestThrottled(Exception)?|RequestThrottlingException|TooManyRequests(Exception)?|RequestLimitExceeded|ProvisionedThroughputExceeded(Exception)?|BandwidthLimitExceeded|SlowDown|PriorRequestNotComplete|EC2ThrottledException|KMSThrottlingException)$/;
const skewed = /^(RequestTimeTooSkewed|RequestInTheFuture|ClockSkew)$/;
const broken =
  /^(InternalFailure|InternalError(Exception)?|InternalServerError(Exception)?|InternalServiceError(Exception)?|InternalServerException|InternalService(Exception)?|ServiceException|Internal)$/;
const unavailable =
  /^(ServiceUnavailable(Exception)?|ServiceUnavailableError|Unavailable|EndpointUnavailable|ServiceFailure(Exception)?|TransientFailure)$/;
const invalid =
  /^(Validation(Error|Exception)|Invalid(Parameter|ParameterValue|ParameterCombination|Request|Argument|Input|QueryParameter)(Exception|Value|Content)?|Missing(Parameter|RequiredParameter)(Exception)?|Malformed(QueryString|HttpRequest|Input)(Exception)?|SerializationException|BadRequest(Exception)?|InvalidParameters)$/;
const unknownOperation =
  /^(UnknownOperation(Exception)?|InvalidAction|NoSuchVersion|UnsupportedOperation(Exception)?|NotImplemented)$/;

/**
 * Errors that every service may answer.
 *
 * @see {@link https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html | Common errors}
 */
export const commonRows: readonly ErrorRow[] = [
  {
    reason: expired,
    code: 'unauthenticated',
    says: 'the credentials have expired',
    remedy: 'give new ones, or let them be renewed: by a role, a web identity or the default chain',
  },
  {
    reason: unknownKey,
    code: 'unauthenticated',
    says: 'the access key is not known',
    remedy: 'check accessKeyId and the partition of the region; keys of a session need their sessionToken',
  },
  {
    reason: ownReasons.scope,
    code: 'invalid_argument',
    says: 'the request was signed for another region or service',
    remedy: 'check region and endpoint',
  },
  {
    reason: skewed,
    code: 'unauthenticated',
    retryable: true,
    says: 'the clock of this machine is wrong by minutes',
    remedy: 'set the clock; meanwhile requests are signed at the time that AWS says it is',
  },
  {
    reason: badSignature,
    code: 'unauthenticated',
    says: 'the signature was refused',
    remedy: 'check secretAccessKey',
  },
  {
    reason: denied,
    code: 'permission_denied',
    remedy: 'allow the action of this operation (its scopes) in the policies of the identity',
  },
  {
    reason: notSigned,
    code: 'permission_denied',
    says: 'the account has not signed up for the service',
    remedy: 'enable it in the console',
  },
  {
    reason: throttled,
    code: 'resource_exhausted',
    effect: 'none',
    says: 'more calls than the account may make',
  },
  { reason: broken, code: 'unavailable', says: 'AWS failed' },
  { reason: unavailable, code: 'unavailable', says: 'the service is not available now' },
  {
    reason: /^RequestTimeout(Exception)?$/,
    code: 'deadline_exceeded',
    says: 'the request was too slow to arrive',
  },
  { reason: /^RequestAborted(Exception)?$/, code: 'unavailable', says: 'the request was given up by AWS' },
  {
    reason: /^RequestEntityTooLarge(Exception)?$/,
    code: 'invalid_argument',
    says: 'the request is too large',
  },
  { reason: invalid, code: 'invalid_argument' },
  { reason: unknownOperation, code: 'unimplemented', says: 'the service does not have this operation' },
  { status: 400, code: 'invalid_argument' },
  { status: 403, code: 'permission_denied' },
  { status: 413, code: 'invalid_argument', says: 'the request is too large' },
  { status: 429, code: 'resource_exhausted', effect: 'none' },
  { status: [500, 501], code: 'unavailable', says: 'AWS failed' },
];

/** The table of a service: its own rows, then the common ones. */
export function awsErrorTable(docs: string, rows: readonly ErrorRow[]): ErrorTable {
  return { docs, rows: [...rows, ...commonRows], read: readSdkError };
}

/** The SDK's exceptions: https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-smithy-smithy-client/Class/ServiceException/ */
interface SdkException extends Error {
  readonly $fault?: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string };
  /** Where a service once spoke the query protocol: the name that it had there. */
  readonly Code?: unknown;
}

/** Whether AWS's SDK threw it for an answer of AWS. */
export function isSdkException(thrown: unknown): thrown is SdkException {
  return (
    thrown instanceof Error &&
    '$metadata' in thrown &&
    typeof thrown.$metadata === 'object' &&
    thrown.$metadata !== null &&
    'httpStatusCode' in thrown.$metadata &&
    Number(thrown.$metadata.httpStatusCode) >= 300
  );
}

/** For {@link ErrorTable.read}: what the SDK threw for an answer of AWS; `undefined` for anything else. */
export function readSdkError(thrown: unknown): VendorFailure | undefined {
  if (!isSdkException(thrown)) return undefined;
  const { httpStatusCode: status, requestId } = thrown.$metadata;
  return { status, requestId, sent: true, reason: reasonOf(thrown.name, thrown.message) };
}

/** Names that the SDK makes up where the answer has none. */
const madeUp = /^(Error|SyntaxError|TypeError|Unknown|UnknownError|\d+)$/;

/**
 * AWS's name of an error, or ours where its words say more: `com.amazonaws.sqs#QueueDoesNotExist` is `QueueDoesNotExist`.
 *
 * @returns `undefined` where there is no name, or none that may be shown
 */
export function reasonOf(name: string | undefined, message: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const bare = name.slice(name.lastIndexOf('#') + 1).split(':', 1)[0] ?? '';
  if (madeUp.test(bare) || !/^[\w.]{1,100}$/.test(bare)) return undefined;
  if (badSignature.test(bare)) {
    const words = byWords.find(({ says }) => says.test(message ?? ''));
    if (words !== undefined) return words.reason;
  }
  return bare;
}

/** What a refused signature may be about: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const byWords: readonly { readonly says: RegExp; readonly reason: string }[] = [
  { says: /signature (expired|not yet current)/i, reason: ownReasons.skew },
  { says: /scoped to|region '[^']*' is wrong|expecting '/i, reason: ownReasons.scope },
];
