/**
 * Uploads: in one request with the bytes alone, with the metadata before them, or resumable.
 *
 * @see {@link https://cloud.google.com/storage/docs/json_api/v1/objects/insert | Cloud Storage: Objects: insert}
 * @see {@link https://cloud.google.com/storage/docs/performing-resumable-uploads | Cloud Storage: Resumable uploads}
 */
import { createHash, hash } from 'node:crypto';
import type { FakeRequest, FakeResponse, FakeRoutes } from '@im/testing';
import { holdConditions } from './conditions.ts';
import { attributesFrom, bodyOf, bucketFor, type FakeContext, nameFor } from './context.ts';
import { refuse } from './refuse.ts';
import { relatedParts } from './related.ts';
import { answer, objectResource, sumOf } from './resource.ts';
import type { FakeBucket, FakeObject } from './store.ts';

/** Pieces of a resumable upload are a multiple of this, but the last. */
const pieceUnit = 256 * 1024;
const weekMs = 604_800_000;

/** A resumable upload. */
interface Session {
  readonly bucket: FakeBucket;
  readonly body: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
  readonly startedAt: number;
  readonly pieces: Uint8Array[];
  received: number;
  object?: FakeObject;
  isCancelled?: true;
}

export function uploadRoutes(context: FakeContext): FakeRoutes {
  const { store } = context;
  const sessions = new Map<string, Session>();

  const write = (
    bucket: FakeBucket,
    body: Readonly<Record<string, unknown>>,
    bytes: Uint8Array,
    query: URLSearchParams,
  ): FakeObject => {
    const name = nameFor(query.get('name') ?? body.name);
    const encoding = query.get('contentEncoding');
    const attributes = {
      ...attributesFrom(body),
      ...(encoding !== null && { contentEncoding: encoding }),
    };
    checkHashes(body, bytes);
    holdConditions(query, store.present(bucket, name), 'write');
    return store.write(bucket, name, { bytes: new Uint8Array(bytes), attributes });
  };
  const show = (object: FakeObject, query: URLSearchParams): FakeResponse =>
    answer(objectResource(object, context.origin), query);

  const begin = (request: FakeRequest): FakeResponse => {
    const bucket = bucketFor(context, request);
    const body = bodyOf(request);
    const name = nameFor(request.query.get('name') ?? body.name);
    holdConditions(request.query, store.present(bucket, name), 'write');
    const id = sessionIdOf(bucket.projectId, name);
    const contentType = request.headers['x-upload-content-type'];
    sessions.set(id, {
      bucket,
      body: { ...(contentType && { contentType }), ...body },
      query: request.query,
      startedAt: context.clock.now(),
      pieces: [],
      received: 0,
    });
    const location = `${context.origin}/upload/storage/v1/b/${bucket.name}/o?uploadType=resumable&upload_id=${id}`;
    return { headers: { location, 'x-guploader-uploadid': id } };
  };

  const sessionFor = ({ query }: FakeRequest): Session => {
    const session = sessions.get(query.get('upload_id') ?? '');
    if (session === undefined) return refuse(404, 'Upload session not found.');
    if (session.isCancelled) return refuse(499, 'Client closed request', 'cancelled');
    if (context.clock.now() - session.startedAt > weekMs)
      refuse(410, 'The upload session has expired.', 'gone');
    return session;
  };

  const progress = ({ received }: Session): FakeResponse => ({
    status: 308,
    headers: received === 0 ? {} : { range: `bytes=0-${received - 1}` },
  });

  const resume = (request: FakeRequest): FakeResponse => {
    const session = sessionFor(request);
    if (session.object !== undefined) return show(session.object, session.query);
    const header = request.headers['content-range'] ?? `bytes 0-${request.body.byteLength - 1}/*`;
    const [, first, last, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(header) ?? [];
    if (total === undefined) return refuse(400, `Invalid Content-Range: ${header}`, 'invalid');
    if (first !== undefined && last !== undefined)
      take(session, request.body, Number(first), Number(last), total);
    const isWhole = request.headers['content-range'] === undefined || Number(total) === session.received;
    if (!isWhole) return progress(session);
    session.object = write(session.bucket, session.body, Buffer.concat(session.pieces), session.query);
    return show(session.object, session.query);
  };

  return {
    'POST /upload/storage/v1/b/:bucket/o': (request) => {
      const { query, headers } = request;
      switch (query.get('uploadType')) {
        case 'resumable':
          return begin(request);
        case 'media': {
          const body = { contentType: headers['content-type'] };
          return show(write(bucketFor(context, request), body, request.body, query), query);
        }
        case 'multipart': {
          const { body, contentType, bytes } = relatedParts(headers['content-type'] ?? '', request.body);
          const bucket = bucketFor(context, request);
          return show(write(bucket, { ...(contentType && { contentType }), ...body }, bytes, query), query);
        }
        default:
          return refuse(400, 'Invalid uploadType', 'invalidParameter');
      }
    },
    'PUT /upload/storage/v1/b/:bucket/o': resume,
    'DELETE /upload/storage/v1/b/:bucket/o': (request) => {
      sessionFor(request).isCancelled = true;
      return { status: 499 };
    },
  };
}

/** One session for each object: beginning again begins anew. */
export function sessionIdOf(projectId: string, name: string): string {
  return createHash('sha256')
    .update(JSON.stringify([projectId, name]))
    .digest('base64url');
}

/** Keeps what has not arrived yet. */
function take(session: Session, bytes: Uint8Array, first: number, last: number, total: string): void {
  if (bytes.byteLength !== last - first + 1 || first > session.received)
    refuse(400, 'The piece is not where the upload goes on.', 'invalid');
  const isLast = total !== '*' && last + 1 === Number(total);
  if (!isLast && bytes.byteLength % pieceUnit !== 0)
    refuse(400, `The piece is no multiple of ${pieceUnit} bytes.`, 'invalid');
  const fresh = bytes.subarray(session.received - first);
  session.pieces.push(new Uint8Array(fresh));
  session.received += fresh.byteLength;
}

/** Refuses bytes that are not those that were hashed: https://cloud.google.com/storage/docs/data-validation */
function checkHashes(body: Readonly<Record<string, unknown>>, bytes: Uint8Array): void {
  const { md5Hash, crc32c } = body;
  if (typeof md5Hash === 'string') {
    const found = hash('md5', bytes, 'base64');
    if (md5Hash !== found)
      refuse(400, `Provided MD5 hash "${md5Hash}" doesn't match calculated MD5 hash "${found}".`, 'invalid');
  }
  if (typeof crc32c === 'string') {
    const found = sumOf({ bytes } as FakeObject);
    if (crc32c !== found)
      refuse(400, `Provided CRC32C "${crc32c}" doesn't match calculated CRC32C "${found}".`, 'invalid');
  }
}
