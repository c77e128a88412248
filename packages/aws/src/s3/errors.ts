/**
 * What S3's errors mean. An answer to HEAD has no body, so there the status has to do.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html | S3: error responses}
 */
import {
  type ErrorRow,
  type ErrorTable,
  type HeaderReader,
  IntegrationError,
  VendorError,
  type VendorFailure,
} from '@im/core';
import { awsErrorTable, reasonOf } from '../common/errors.ts';
import { findRoot } from './xml.ts';

const checkKey = 'check the key, or list its prefix';
const checkRegion = "set the option region to the bucket's own";

/** Our names for what S3 says by its words, a header or the status alone. */
export const s3Reasons = {
  /** `AccessDenied`, for a version that is locked. */
  locked: 'ObjectLocked',
  /** `MethodNotAllowed`, for a version that is the mark of a deletion. */
  deleted: 'DeleteMarker',
  notModified: 'NotModified',
  condition: 'PreconditionFailed',
  /** `XAmzContentSHA256Mismatch`, which looks like a key and would be hidden. */
  payload: 'PayloadMismatch',
  /** `ConditionalRequestConflict`, for an upload in parts, which has to begin anew. */
  uploadConflict: 'ConditionalUploadConflict',
} as const;

const rows: readonly ErrorRow[] = [
  { reason: 'NoSuchKey', code: 'not_found', remedy: checkKey },
  { reason: 'NoSuchVersion', code: 'not_found', remedy: 'list the versions of the key' },
  { reason: s3Reasons.deleted, code: 'not_found', remedy: 'list the versions of the key' },
  { reason: 'NoSuchBucket', code: 'not_found', remedy: 'check the options bucket, region and endpoint' },
  { reason: 'NoSuchUpload', code: 'not_found', remedy: 'begin it anew: it was completed or aborted' },
  { reason: /^(NoSuch\w+|ObjectLockConfigurationNotFoundError)$/, code: 'not_found' },
  {
    reason: /^(PermanentRedirect|WrongRegion|IllegalLocationConstraintException|InvalidRegionName)$/,
    code: 'invalid_argument',
    remedy: checkRegion,
  },
  { reason: 'TemporaryRedirect', code: 'unavailable', effect: 'none', says: 'the bucket is being moved' },
  {
    reason: s3Reasons.locked,
    code: 'failed_precondition',
    remedy: 'wait until its retention ends, or lift its hold, if you may',
  },
  { reason: s3Reasons.notModified, code: 'failed_precondition', remedy: 'use your copy' },
  { reason: s3Reasons.condition, code: 'failed_precondition', remedy: 'read the object again' },
  // Another write was on its way at the same instant; repeated, the condition is decided.
  { reason: 'ConditionalRequestConflict', code: 'failed_precondition', retryable: true, effect: 'none' },
  { reason: s3Reasons.uploadConflict, code: 'failed_precondition', remedy: 'begin the upload anew' },
  { reason: 'OperationAborted', code: 'unavailable', effect: 'none' },
  {
    reason: /^(BadDigest|PayloadMismatch)$/,
    code: 'internal',
    retryable: true,
    effect: 'none',
    remedy: 'send them again',
  },
  { reason: /^(IncompleteBody|RequestTimeout)$/, code: 'unavailable', effect: 'none' },
  {
    reason: /^(SlowDown|Busy)$/,
    code: 'resource_exhausted',
    effect: 'none',
    says: 'more calls than S3 takes now',
  },
  { reason: 'InvalidRange', code: 'invalid_argument', remedy: 'head the object for its size' },
  { reason: 'InvalidPart', code: 'failed_precondition', remedy: 'resume the upload' },
  {
    reason: 'InvalidObjectState',
    code: 'failed_precondition',
    remedy: 'restore the object from its archive first',
  },
  { reason: /^(BucketNotEmpty|InvalidBucketState)$/, code: 'failed_precondition' },
  { reason: /^(BucketAlreadyExists|BucketAlreadyOwnedByYou)$/, code: 'already_exists' },
  {
    reason: /^(TooManyBuckets|QuotaExceeded|StorageFull|XMinioStorageFull)$/,
    code: 'resource_exhausted',
    retryable: false,
  },
  {
    reason:
      /^(EntityToo(Large|Small)|KeyTooLongError|MetadataTooLarge|MissingContentLength|MalformedXML|Invalid(Tag|Digest|PartOrder|StorageClass|BucketName|URI|ObjectName|ArgumentException)|Authorization\w*|XMinioInvalidObjectName)$/,
    code: 'invalid_argument',
  },
  { status: 301, code: 'invalid_argument', remedy: checkRegion },
  { status: 304, code: 'failed_precondition', remedy: 'use your copy' },
  { status: 404, code: 'not_found', remedy: 'check the options bucket and region, and the key' },
  { status: 412, code: 'failed_precondition', remedy: 'read the object again' },
  { status: 416, code: 'invalid_argument', remedy: 'head the object for its size' },
  { status: 503, code: 'unavailable', says: 'S3 is not available now' },
];

/** The table of S3. */
export const s3Errors: ErrorTable = awsErrorTable(
  'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
  rows,
);

/** Reads the error out of an answer: its XML, else what the headers and the status tell. */
export function readS3Failure(
  status: number,
  body: unknown,
  headers: HeaderReader,
): Pick<VendorFailure, 'reason' | 'says'> {
  const error = typeof body === 'string' ? findRoot(body, 'Error') : undefined;
  const message = error?.text('Message') ?? '';
  const reason = nameOf(status, reasonOf(error?.text('Code'), message), message, headers);
  return { reason, says: message === '' ? undefined : `S3 says "${message.slice(0, 200)}"` };
}

/** S3's name of an error, or ours where its words, a header or the status say more. */
export function nameOf(
  status: number | undefined,
  reason: string | undefined,
  message: string,
  headers: HeaderReader | undefined,
): string | undefined {
  if (reason === 'AccessDenied' && /object lock|object is locked|WORM/i.test(message))
    return s3Reasons.locked;
  if (reason === 'XAmzContentSHA256Mismatch') return s3Reasons.payload;
  // The SDK makes these up from the status of an answer without a body.
  if (reason !== undefined && !/^(NotFound|NotModified|BadRequest|Forbidden|MethodNotAllowed)$/.test(reason))
    return reason;
  if (headers?.get('x-amz-delete-marker') === 'true' && status === 405) return s3Reasons.deleted;
  if (status === 304) return s3Reasons.notModified;
  if (status === 412) return s3Reasons.condition;
  if (status === 416) return 'InvalidRange';
  if (status === 301) return 'PermanentRedirect';
  return reason === 'NotFound' ? undefined : reason;
}

/** What a failure was about. */
export interface S3Place {
  readonly bucket: string;
  readonly key?: string | undefined;
  readonly region: string;
}

/** Sentences by the name of the error, or by the status where it has none. */
const sentences: Readonly<Record<string, (place: string, failure: VendorFailure) => string>> = {
  NoSuchKey: (place) => `there is no object ${place}`,
  NoSuchVersion: (place) => `there is no such version of ${place}`,
  [s3Reasons.deleted]: (place) => `the version marks a deletion of ${place}`,
  NoSuchBucket: (place) => `there is no such bucket: ${place}`,
  NoSuchUpload: (place) => `there is no such upload of ${place}`,
  [s3Reasons.locked]: (place) => `the version is locked: ${place}`,
  [s3Reasons.notModified]: (place) => `the object is the one you have: ${place}`,
  [s3Reasons.condition]: (place) => `the object is not in the state that the condition names: ${place}`,
  ConditionalRequestConflict: (place) => `another write was on its way at the same instant: ${place}`,
  [s3Reasons.uploadConflict]: (place) => `another write was on its way at the same instant: ${place}`,
  BadDigest: (place) => `the bytes that arrived do not match their checksum: ${place}`,
  [s3Reasons.payload]: (place) => `the bytes that arrived do not match their checksum: ${place}`,
  InvalidRange: (place) => `the range begins past the end of the object: ${place}`,
  InvalidPart: (place) => `the parts are not those that arrived: ${place}`,
  InvalidObjectState: (place) => `the object is archived: ${place}`,
  PermanentRedirect: otherRegion,
  WrongRegion: otherRegion,
  404: (place) => `there is no such object, or no such bucket: ${place}`,
};

function otherRegion(place: string, { headers }: VendorFailure): string {
  const region = headers?.get('x-amz-bucket-region');
  const where = region && /^[a-z0-9-]{2,32}$/.test(region) ? ` (${region})` : '';
  return `the bucket is in another region${where} than the one that was asked: ${place}`;
}

/** Makes a failure say which object of which bucket it was about. Anything else passes as it is. */
export function located(thrown: unknown, { bucket, key, region }: S3Place): unknown {
  if (!(thrown instanceof VendorError)) return thrown;
  const { failure } = thrown;
  if (failure.status === undefined) return thrown;
  const reason = nameOf(failure.status, failure.reason, failure.says ?? '', failure.headers);
  const where = `bucket ${bucket}, region ${region}`;
  const place = key === undefined ? where : `${shown(key)} (${where})`;
  const sentence = sentences[reason ?? failure.status];
  const words = failure.says ?? (reason === undefined ? undefined : `refused as ${reason}`);
  const says = sentence?.(place, failure) ?? `${words ?? `answered with status ${failure.status}`}: ${place}`;
  return new VendorError({ ...failure, reason, says }, { cause: thrown.cause });
}

/** The error of one key among many. */
export function errorOf(code: string | undefined, message: string, place: S3Place): IntegrationError {
  const reason = nameOf(undefined, reasonOf(code, message), message, undefined);
  const row = s3Errors.rows.find((one) =>
    typeof one.reason === 'string' ? one.reason === reason : one.reason?.test(reason ?? ''),
  );
  const failure = {
    status: 200,
    sent: true,
    reason,
    says: message === '' ? undefined : `S3 says "${message.slice(0, 200)}"`,
  };
  const about = located(new VendorError(failure), place);
  return new IntegrationError(row?.says ?? (about instanceof VendorError ? about.message : 'failed'), {
    code: row?.code ?? 'unknown',
    provider: 'aws-s3',
    operation: 'deleteObjects',
    reason,
    retryable: row?.retryable,
    remedy: row?.remedy,
  });
}

/** Long keys are cut: a message is for people. */
function shown(key: string): string {
  const text = JSON.stringify(key);
  return text.length > 120 ? `${text.slice(0, 117)}…"` : text;
}
