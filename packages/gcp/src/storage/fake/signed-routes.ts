/**
 * What a signed URL allows: the XML API of one object. The signature is verified from what arrives, by code of its own.
 *
 * @see {@link https://cloud.google.com/storage/docs/authentication/signatures | Cloud Storage: V4 signing process}
 * @see {@link https://cloud.google.com/storage/docs/xml-api/reference-status | Cloud Storage: XML API status and error codes}
 */
import { createHash, verify } from 'node:crypto';
import type { FakeRequest, FakeResponse, FakeRoutes } from '@im/testing';
import { type FakeContext, nameFor } from './context.ts';
import { mediaAnswer } from './media.ts';
import type { FakeBucket } from './store.ts';

function refuseXml(status: number, code: string, message: string): never {
  const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  throw { status, headers: { 'content-type': 'application/xml; charset=UTF-8' }, body };
}

export function signedRoutes(context: FakeContext): FakeRoutes {
  const { store } = context;
  const open = (request: FakeRequest): { readonly bucket: FakeBucket; readonly name: string } => {
    const projectId = signerOf(context, request);
    const bucket = store.bucketFor(projectId, request.params.bucket ?? '');
    if (bucket === undefined) return refuseXml(404, 'NoSuchBucket', 'The specified bucket does not exist.');
    if (bucket.projectId !== projectId) refuseXml(403, 'AccessDenied', 'Access denied.');
    return { bucket, name: nameFor(request.params.object) };
  };
  const find = (request: FakeRequest) => {
    const { bucket, name } = open(request);
    return store.present(bucket, name) ?? refuseXml(404, 'NoSuchKey', 'The specified key does not exist.');
  };
  return {
    'GET /:bucket/*object': (request): FakeResponse => {
      const answered = mediaAnswer(find(request), request);
      const type = request.query.get('response-content-type');
      return type === null
        ? answered
        : { ...answered, headers: { ...answered.headers, 'content-type': type } };
    },
    'PUT /:bucket/*object': (request): FakeResponse => {
      const { bucket, name } = open(request);
      const [least, most] = (request.headers['x-goog-content-length-range'] ?? '').split(',').map(Number);
      const size = request.body.byteLength;
      if (most !== undefined && size > most) refuseXml(400, 'EntityTooLarge', 'Your upload is too large.');
      if (most !== undefined && size < (least ?? 0))
        refuseXml(400, 'EntityTooSmall', 'Your upload is too small.');
      const contentType = request.headers['content-type'];
      const object = store.write(bucket, name, {
        bytes: new Uint8Array(request.body),
        attributes: { ...(contentType && { contentType }) },
      });
      return { headers: { 'x-goog-generation': object.generation } };
    },
    'DELETE /:bucket/*object': (request): FakeResponse => {
      const object = find(request);
      store.archive(object);
      return { status: 204 };
    },
  };
}

/** The project of whoever signed the URL. @throws an error of the XML API */
function signerOf({ accounts, clock }: FakeContext, request: FakeRequest): string {
  const { query, headers, method, path } = request;
  const signature = query.get('X-Goog-Signature');
  const [email = '', day, location, service, kind] = (query.get('X-Goog-Credential') ?? '').split('/');
  const account = accounts.byEmail(email);
  const date = query.get('X-Goog-Date') ?? '';
  const seconds = Number(query.get('X-Goog-Expires'));
  if (signature === null || account === undefined || query.get('X-Goog-Algorithm') !== 'GOOG4-RSA-SHA256')
    return refuseXml(403, 'AccessDenied', 'Access denied.');
  const signedAt = Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const isScope =
    day === date.slice(0, 8) && `${location}/${service}/${kind}` === 'auto/storage/goog4_request';
  if (Number.isNaN(signedAt) || !isScope || !(seconds >= 1 && seconds <= 604_800))
    refuseXml(400, 'InvalidArgument', 'Invalid argument.');
  if (clock.now() > signedAt + seconds * 1_000)
    refuseXml(400, 'ExpiredToken', 'The provided token has expired.');
  const names = (query.get('X-Goog-SignedHeaders') ?? '').split(';');
  const request4 = [
    method,
    path,
    [...query]
      .filter(([name]) => name !== 'X-Goog-Signature')
      .map(([name, value]) => `${strict(name)}=${strict(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-goog-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const digest = createHash('sha256').update(request4).digest('hex');
  const text = `GOOG4-RSA-SHA256\n${date}\n${day}/auto/storage/goog4_request\n${digest}`;
  if (!verify('sha256', Buffer.from(text), account.publicKey, Buffer.from(signature, 'hex')))
    refuseXml(
      403,
      'SignatureDoesNotMatch',
      'Access denied. The request signature we calculated does not match the signature you provided.',
    );
  return account.projectId;
}

function strict(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
