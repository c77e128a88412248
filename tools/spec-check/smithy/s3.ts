/**
 * S3 beyond its model: two ways to name a bucket, requests that are signed in the query, and errors under status 200.
 */
import type { SentAnswer, SentRequest } from '../description.ts';

/** `bucket.s3.eu-west-1.amazonaws.com`, `bucket.s3.localhost:9000` */
const virtualHost =
  /^(?<bucket>[a-z0-9][a-z0-9.-]+)\.s3([.-][a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|localhost)(:\d+)?$/;

/**
 * Parameters that sign a request in its query.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html | Amazon S3: Query parameters}
 */
const signature = new Set([
  ...['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders'],
  ...['X-Amz-Signature', 'X-Amz-Security-Token', 'X-Amz-Content-Sha256', 'X-Amz-User-Agent'],
]);

/**
 * With the bucket as first part of the path, and no slash behind a bucket that stands alone. Of a presigned request,
 * what the signer put in the query stands in headers again.
 */
export function arrangeS3(request: SentRequest): SentRequest {
  const bucket = virtualHost.exec(request.headers.host ?? '')?.groups?.bucket;
  const whole = bucket === undefined ? request.path : `/${bucket}${request.path}`;
  const path = whole.replace(/^(\/[^/]+)\/$/, '$1');
  if (!request.query.some(([name]) => name === 'X-Amz-Signature')) return { ...request, path };
  const isHeader = (name: string) => /^x-amz-/i.test(name);
  const hoisted = request.query.filter(([name]) => isHeader(name) && !signature.has(name));
  return {
    ...request,
    path,
    query: request.query.filter(([name]) => !isHeader(name)),
    headers: {
      ...request.headers,
      ...Object.fromEntries(hoisted.map(([name, value]) => [name.toLowerCase(), value])),
    },
  };
}

/** They keep the connection alive with white space before they know how it ends. */
const lateErrors = new Set(['CopyObject', 'UploadPartCopy', 'CompleteMultipartUpload']);

/**
 * Errors below 400: a redirect to another region, and what comes late.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html}
 */
export function isS3Error(operation: string, { status, body }: SentAnswer): boolean {
  if (status >= 300 && status !== 304) return true;
  if (status !== 200 || !lateErrors.has(operation)) return false;
  return /^\s*(<\?xml[^>]*\?>)?\s*<Error[\s>]/.test(Buffer.from(body).toString('utf8'));
}
