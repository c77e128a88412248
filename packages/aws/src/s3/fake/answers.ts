/** Answers of S3: XML, and errors as they are documented. */
import type { FakeResponse } from '@im/testing';
import { element, type XmlValue } from '../../common/fake/xml.ts';

const xmlns = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Status and words of errors: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
const known = {
  AccessDenied: [403, 'Access Denied'],
  AuthorizationHeaderMalformed: [400, 'The authorization header that you provided is not valid.'],
  AuthorizationQueryParametersError: [
    400,
    'The authorization query parameters that you provided are not valid.',
  ],
  BadDigest: [
    400,
    'The Content-MD5 or checksum value that you specified did not match what the server received.',
  ],
  BucketAlreadyExists: [409, 'The requested bucket name is not available.'],
  BucketAlreadyOwnedByYou: [409, 'The bucket that you tried to create already exists, and you own it.'],
  BucketNotEmpty: [409, 'The bucket that you tried to delete is not empty.'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed object size.'],
  ExpiredToken: [400, 'The provided token has expired.'],
  IncompleteBody: [
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  ],
  InternalError: [500, 'An internal error occurred. Try again.'],
  InvalidAccessKeyId: [403, 'The AWS access key ID that you provided does not exist in our records.'],
  InvalidArgument: [400, 'Invalid Argument'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 or checksum value that you specified is not valid.'],
  InvalidObjectState: [403, 'The operation is not valid for the storage class of the object.'],
  InvalidPart: [400, 'One or more of the specified parts could not be found.'],
  InvalidPartOrder: [400, 'The list of parts was not in ascending order.'],
  InvalidRange: [416, 'The requested range is not satisfiable.'],
  InvalidRequest: [400, 'Invalid Request'],
  InvalidStorageClass: [400, 'The storage class that you specified is not valid.'],
  InvalidTag: [400, 'The tag provided was not a valid tag.'],
  InvalidToken: [400, 'The provided token is malformed or otherwise invalid.'],
  KeyTooLongError: [400, 'Your key is too long.'],
  MalformedXML: [400, 'The XML that you provided was not well formed or did not validate.'],
  MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size.'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  NoSuchBucket: [404, 'The specified bucket does not exist.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchObjectLockConfiguration: [404, 'The specified object does not have an Object Lock configuration.'],
  NoSuchUpload: [404, 'The specified multipart upload does not exist.'],
  NoSuchVersion: [404, 'The version ID specified in the request does not match an existing version.'],
  NotImplemented: [501, 'A header that you provided implies functionality that is not implemented.'],
  PermanentRedirect: [301, 'The bucket must be addressed using the specified endpoint.'],
  PreconditionFailed: [412, 'At least one of the preconditions that you specified did not hold.'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and the server time is too large.'],
  ServiceUnavailable: [503, 'Service is unable to handle request.'],
  SignatureDoesNotMatch: [403, 'The request signature that the server calculated does not match.'],
  SlowDown: [503, 'Please reduce your request rate.'],
  XAmzContentSHA256Mismatch: [
    400,
    'The provided x-amz-content-sha256 header does not match what was computed.',
  ],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

/** Name of an error that the fake answers. */
export type S3ErrorCode = keyof typeof known;

/** More of an error than its name. */
export interface S3ErrorDetails {
  readonly message?: string | undefined;
  readonly members?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Thrown by operations of the fake. */
export interface S3Refusal extends S3ErrorDetails {
  readonly code: S3ErrorCode;
}

const brand = Symbol('an error of S3');

/** Makes an error to be thrown. */
export function refusal(code: S3ErrorCode, details: S3ErrorDetails = {}): S3Refusal {
  return Object.assign({ code, ...details }, { [brand]: true });
}

/** Whether it was made by {@link refusal}. */
export function isRefusal(thrown: unknown): thrown is S3Refusal {
  return typeof thrown === 'object' && thrown !== null && brand in thrown;
}

/** An error as it is answered. */
export function errorResponse(
  { code, message, members, headers }: S3Refusal,
  requestId: string,
  resource: string,
): FakeResponse {
  const [status, words] = known[code];
  const body = element('Error', {
    Code: code,
    Message: message ?? words,
    ...members,
    Resource: resource,
    RequestId: requestId,
    HostId: 'fake',
  });
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `${declaration}${body}`,
  };
}

/** The error for an injected status. */
export function faultRefusal(status: number): S3Refusal | undefined {
  const entry = Object.entries(faults).find(([one]) => Number(one) === status);
  return entry && refusal(entry[1]);
}

const faults: Readonly<Record<number, S3ErrorCode>> = {
  400: 'InvalidRequest',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  409: 'BucketNotEmpty',
  500: 'InternalError',
  503: 'SlowDown',
};

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A document. */
export function xmlResponse(
  root: string,
  content: XmlValue,
  headers: Readonly<Record<string, string>> = {},
): FakeResponse {
  return {
    headers: { 'content-type': 'application/xml', ...headers },
    body: `${declaration}${element(root, content, ` xmlns="${xmlns}"`)}`,
  };
}

/** A time as lists have it. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}
