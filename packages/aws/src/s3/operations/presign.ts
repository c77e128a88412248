/** URLs that let somebody else get or put one object. */
import { type Call, read } from '@im/core';
import type { PresignedRequest } from '@im/storage';
import { queryString } from '../../common/query.ts';
import { mostPresignSeconds } from '../../common/sign.ts';
import { about, type S3Connection } from '../connection.ts';
import { checkKey, keyPath } from '../keys.ts';
import { checkWhole, invalid } from './shared.ts';

/** What a URL is to allow. */
export interface PresignInput {
  readonly method: 'GET' | 'PUT';
  readonly key: string;
  /** At most 604,800, which is 7 days; and never longer than the credentials themselves. */
  readonly expiresInSeconds: number;
  /** PUT: what the sender has to send. GET: what the answer is to say. */
  readonly contentType?: string | undefined;
  /** PUT: exactly so many bytes. */
  readonly contentLength?: number | undefined;
  /** GET: which version. */
  readonly versionId?: string | undefined;
  /** GET: what the answer is to say, such as `attachment; filename="a.pdf"`. */
  readonly contentDisposition?: string | undefined;
}

/** Makes the operation. */
export function presignOperation(connection: S3Connection) {
  const { signer, address } = connection;

  return {
    /**
     * Signs a request for somebody else, without asking the service: that nothing is allowed that the credentials do not allow shows
     * when it is used. Whoever has the URL may use it.
     *
     * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html | S3: query parameters}
     */
    presign: read(
      async (input: PresignInput, call: Call): Promise<PresignedRequest> => {
        const { method, key, expiresInSeconds } = input;
        if (method !== 'GET' && method !== 'PUT')
          throw invalid(`the method is ${String(method)}`, 'give GET or PUT');
        checkKey(key);
        checkWhole('expiresInSeconds', expiresInSeconds, 1, mostPresignSeconds);
        if (input.contentLength !== undefined)
          checkWhole('contentLength', input.contentLength, 0, Number.MAX_SAFE_INTEGER);
        const headers = method === 'PUT' ? sentHeaders(input) : {};
        const query = method === 'GET' ? queryString(answerOverrides(input)) : '';
        const target = `${address.bucket.pathname}${keyPath(key)}${query === '' ? '' : `?${query}`}`;
        const expiresAt = connection.now() + expiresInSeconds * 1000;
        const signed = signer.presign(
          { method, url: address.bucket, target, headers },
          expiresInSeconds,
          call,
        );
        return { method, url: await about(connection, key, signed), headers, expiresAt };
      },
      {
        docs: 'https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html',
        scopes: ['s3:GetObject', 's3:PutObject'],
      },
    ),
  };
}

function sentHeaders({ contentType, contentLength }: PresignInput): Record<string, string> {
  return {
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(contentLength !== undefined && { 'content-length': String(contentLength) }),
  };
}

function answerOverrides({
  contentType,
  contentDisposition,
  versionId,
}: PresignInput): Record<string, string> {
  return {
    ...(contentType !== undefined && { 'response-content-type': contentType }),
    ...(contentDisposition !== undefined && { 'response-content-disposition': contentDisposition }),
    ...(versionId !== undefined && { versionId }),
  };
}
