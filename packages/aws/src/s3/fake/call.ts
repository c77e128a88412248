/** A request as the operations of the fake see it: who asks, for which object of which bucket. */

import type { ObjectLock } from '@im/storage';
import type { FakeRequest } from '@im/testing';
import type { Principal } from '../../common/fake/accounts.ts';
import { maxKeyBytes } from '../keys.ts';
import { findRoot, type XmlElement } from '../xml.ts';
import { refusal } from './answers.ts';
import { type FakeBucket, type FakeVersion, firstAfter } from './state.ts';

/** One request. */
export interface S3Call {
  readonly request: FakeRequest;
  readonly principal: Principal;
  readonly bucketName: string;
  readonly key: string;
  /** Least bytes of all parts but the last. */
  readonly leastPartBytes: number;
  query(name: string): string | undefined;
  header(name: string): string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** The bucket, if there is one and it is the asking account's. */
  bucket(): FakeBucket;
}

/** The key of a path, as S3 takes it. @throws the error of S3 */
export function checkedKey(key: string): string {
  if (Buffer.byteLength(key) > maxKeyBytes) throw refusal('KeyTooLongError');
  let depth = 0;
  for (const part of key.split('/')) {
    depth += part === '..' ? -1 : 1;
    if (depth < 0) throw refusal('InvalidArgument', { message: 'The key leads out of the bucket.' });
  }
  return key;
}

/** The version that is asked for. @throws the error of S3 when there is none */
export function versionOf(call: S3Call): FakeVersion {
  const { key } = call;
  const bucket = call.bucket();
  const versionId = call.query('versionId');
  const members = { Key: key };
  if (versionId === undefined) {
    const latest = bucket.latest(key);
    if (latest !== undefined && !latest.isDeletion) return latest;
    const headers = latest === undefined ? {} : { 'x-amz-delete-marker': 'true' };
    throw refusal('NoSuchKey', { members, headers });
  }
  const found = bucket.find(key, versionId);
  if (found === undefined) throw refusal('NoSuchVersion', { members: { ...members, VersionId: versionId } });
  if (found.isDeletion)
    throw refusal('MethodNotAllowed', {
      members,
      headers: { 'x-amz-delete-marker': 'true', allow: 'DELETE' },
    });
  return found;
}

/** The body as XML. @throws MalformedXML */
export function xmlBody(bytes: Uint8Array, root: string): XmlElement {
  const found = findRoot(new TextDecoder().decode(bytes), root);
  if (found === undefined) throw refusal('MalformedXML');
  return found;
}

/** Conditions of a write, on what is there now. @throws PreconditionFailed, NoSuchKey, NotImplemented */
export function holdConditions(call: S3Call, present: FakeVersion | undefined): void {
  const ifMatch = call.header('if-match');
  const ifNoneMatch = call.header('if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw refusal('NotImplemented');
  if (ifNoneMatch === '*' && present !== undefined)
    throw refusal('PreconditionFailed', { members: { Condition: 'If-None-Match' } });
  if (ifMatch === undefined) return;
  if (present === undefined) throw refusal('NoSuchKey', { members: { Key: call.key } });
  if (ifMatch !== present.etag) throw refusal('PreconditionFailed', { members: { Condition: 'If-Match' } });
}

const keptHeaders =
  /^(content-(type|disposition|language)|cache-control|expires|x-amz-meta-.+|x-amz-server-side-encryption.*)$/;
const mostMetadataBytes = 2048;
const storageClasses =
  /^(STANDARD|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|GLACIER_IR|GLACIER|DEEP_ARCHIVE|REDUCED_REDUNDANCY)$/;

/** What a write says of the object beside its bytes. @throws the error of S3 for what cannot be */
export function attributesOf(call: S3Call): Pick<FakeVersion, 'headers' | 'storageClass' | 'tags' | 'lock'> {
  const headers: Record<string, string> = {};
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(call.request.headers)) {
    if (keptHeaders.test(name)) headers[name] = value;
    if (name.startsWith('x-amz-meta-')) metadataBytes += name.length - 11 + Buffer.byteLength(value);
  }
  const encoding = (call.header('content-encoding') ?? '').replace(/\s*aws-chunked,?\s*/, '');
  if (encoding !== '') headers['content-encoding'] = encoding;
  if (metadataBytes > mostMetadataBytes) throw refusal('MetadataTooLarge');
  const storageClass = call.header('x-amz-storage-class') ?? 'STANDARD';
  if (!storageClasses.test(storageClass)) throw refusal('InvalidStorageClass');
  const tags = Object.fromEntries(new URLSearchParams(call.header('x-amz-tagging') ?? ''));
  if (Object.keys(tags).length > 10) throw refusal('InvalidTag');
  return { headers, storageClass, tags, lock: lockHeaders(call) };
}

function lockHeaders(call: S3Call): ObjectLock | undefined {
  const mode = call.header('x-amz-object-lock-mode');
  const until = call.header('x-amz-object-lock-retain-until-date');
  const hold = call.header('x-amz-object-lock-legal-hold');
  if (mode === undefined && hold === undefined) return undefined;
  if (!call.bucket().hasLocks)
    throw refusal('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
  const isProven = Object.keys(call.request.headers).some((name) =>
    /^(content-md5|x-amz-checksum-)/.test(name),
  );
  if (!isProven && call.request.body.byteLength > 0)
    throw refusal('InvalidRequest', {
      message: 'Content-MD5 HTTP header is required for Put Object with Object Lock',
    });
  return {
    ...(mode !== undefined && { retention: retentionOf(mode, until) }),
    ...(hold === 'ON' && { legalHold: true }),
  };
}

/** A retention by S3's words. @throws InvalidArgument */
export function retentionOf(mode: string, until: string | undefined): NonNullable<ObjectLock['retention']> {
  const at = Date.parse(until ?? '');
  if (!/^(GOVERNANCE|COMPLIANCE)$/.test(mode) || Number.isNaN(at)) throw refusal('InvalidArgument');
  return { mode: mode === 'COMPLIANCE' ? 'compliance' : 'governance', until: Math.floor(at / 1000) * 1000 };
}

/** Index of the first key that a list is to tell. */
export function startOf(keys: readonly string[], prefix: string, after: string | undefined): number {
  const from = firstAfter(keys, prefix, true);
  return after === undefined ? from : Math.max(from, firstAfter(keys, after));
}
