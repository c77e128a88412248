/** What the routes of the fake share. */
import type { Clock } from '@im/core';
import type { FakeRequest } from '@im/testing';
import type { FakeAccounts } from '../../common/fake/accounts.ts';
import { refuse } from './refuse.ts';
import type { FakeAttributes, FakeBucket, FakeStore } from './store.ts';

export interface FakeContext {
  readonly store: FakeStore;
  readonly accounts: FakeAccounts;
  readonly clock: Clock;
  /** Set once the server listens. */
  origin: string;
  /** Bytes that one step of a copy moves. */
  readonly rewriteBytesPerCall: number;
}

/** The bucket of a request. @throws 403 where it is another project's, 404 */
export function bucketFor(
  context: FakeContext,
  request: FakeRequest,
  name = request.params.bucket ?? '',
): FakeBucket {
  const account = context.accounts.principal(request);
  if (typeof account === 'string') return refuse(401, 'Invalid Credentials', 'authError');
  const bucket = context.store.bucketFor(account.projectId, name);
  if (bucket === undefined) return refuse(404, 'The specified bucket does not exist.');
  if (account.projectId !== bucket.projectId)
    refuse(
      403,
      `${account.clientEmail} does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist).`,
    );
  return bucket;
}

/** The name in a route, or in the parameter or the body of an upload. @throws 400 for one that the service does not take */
export function nameFor(name: unknown): string {
  if (typeof name !== 'string' || name === '')
    return refuse(400, 'Required object name is missing.', 'required');
  const isTaken =
    Buffer.byteLength(name) <= 1_024 &&
    name.isWellFormed() &&
    name !== '.' &&
    name !== '..' &&
    !/[\r\n\0]/.test(name) &&
    !name.startsWith('.well-known/acme-challenge/');
  return isTaken
    ? name
    : refuse(400, `Disallowed unicode characters present in object name '${name}'`, 'invalid');
}

const known = [
  'contentType',
  'contentEncoding',
  'cacheControl',
  'contentDisposition',
  'contentLanguage',
  'storageClass',
  'metadata',
  'temporaryHold',
  'eventBasedHold',
  'retention',
] as const satisfies readonly (keyof FakeAttributes)[];
const storageClasses = new Set(['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE']);

/** Attributes out of an object as it was sent; all other fields are the service's own. */
export function attributesFrom(body: Readonly<Record<string, unknown>>): FakeAttributes {
  const given = Object.fromEntries(known.flatMap((name) => (body[name] == null ? [] : [[name, body[name]]])));
  const attributes = given as FakeAttributes;
  if (attributes.storageClass !== undefined && !storageClasses.has(attributes.storageClass))
    refuse(400, `Invalid storage class ${attributes.storageClass}`, 'invalid');
  const metadata = attributes.metadata ?? {};
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  // https://cloud.google.com/storage/quotas#objects
  if (bytes > 8_192) refuse(400, 'Metadata part is too large.', 'metadataTooLarge');
  return attributes;
}

/** A body of JSON that is an object. */
export function bodyOf(request: FakeRequest): Readonly<Record<string, unknown>> {
  const body = request.body.byteLength === 0 ? {} : request.json();
  return typeof body === 'object' && body !== null ? { ...body } : refuse(400, 'Parse Error', 'parseError');
}
