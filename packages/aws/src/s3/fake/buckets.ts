/** Buckets, and what hangs on an object beside its bytes: tags and locks. */

import type { ObjectLock } from '@im/storage';
import type { FakeResponse } from '@im/testing';
import { isoTime, refusal, xmlResponse } from './answers.ts';
import { retentionOf, type S3Call, versionOf, xmlBody } from './call.ts';
import { receive } from './integrity.ts';
import type { FakeBucket } from './state.ts';

export function headBucket(call: S3Call): FakeResponse {
  return { headers: { 'x-amz-bucket-region': call.bucket().region } };
}

/** The buckets of the asking account. */
export function listBuckets(call: S3Call, buckets: Iterable<FakeBucket>, owner: string): FakeResponse {
  const most = Number(call.query('max-buckets') ?? 10_000);
  const after = call.query('continuation-token') ?? '';
  const own = [...buckets]
    .filter((bucket) => bucket.owner === owner && bucket.name > after)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const told = own.slice(0, most);
  return xmlResponse('ListAllMyBucketsResult', {
    Owner: { ID: owner },
    Buckets: {
      Bucket: told.map(({ name, createdAt, region }) => ({
        Name: name,
        CreationDate: isoTime(createdAt),
        BucketRegion: region,
      })),
    },
    ContinuationToken: own.length > most ? told.at(-1)?.name : undefined,
  });
}

export function getVersioning(call: S3Call): FakeResponse {
  return xmlResponse('VersioningConfiguration', { Status: call.bucket().versioning });
}

export function putVersioning(call: S3Call): FakeResponse {
  const status = xmlBody(receive(call.request).bytes, 'VersioningConfiguration').text('Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw refusal('MalformedXML');
  call.bucket().versioning = status;
  return {};
}

export function getTagging(call: S3Call): FakeResponse {
  const { tags } = versionOf(call);
  const Tag = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return xmlResponse('Tagging', { TagSet: { Tag } });
}

export function putTagging(call: S3Call): FakeResponse {
  const tags = xmlBody(receive(call.request).bytes, 'Tagging').child('TagSet')?.children('Tag') ?? [];
  if (tags.length > 10) throw refusal('InvalidTag');
  versionOf(call).tags = Object.fromEntries(
    tags.map((tag) => [tag.text('Key') ?? '', tag.text('Value') ?? '']),
  );
  return {};
}

export function deleteTagging(call: S3Call): FakeResponse {
  versionOf(call).tags = {};
  return { status: 204 };
}

function lockOf(call: S3Call): ObjectLock {
  if (!call.bucket().hasLocks)
    throw refusal('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
  return versionOf(call).lock ?? {};
}

function setLock(call: S3Call, lock: ObjectLock): FakeResponse {
  const { retention, legalHold } = lock;
  versionOf(call).lock =
    retention === undefined && legalHold !== true
      ? undefined
      : { ...(retention && { retention }), ...(legalHold === true && { legalHold }) };
  return {};
}

export function getRetention(call: S3Call): FakeResponse {
  const { retention } = lockOf(call);
  if (retention === undefined) throw refusal('NoSuchObjectLockConfiguration');
  return xmlResponse('Retention', {
    Mode: retention.mode.toUpperCase(),
    RetainUntilDate: isoTime(retention.until),
  });
}

export function putRetention(call: S3Call): FakeResponse {
  const old = lockOf(call);
  const wanted = xmlBody(receive(call.request).bytes, 'Retention');
  const mode = wanted.text('Mode');
  const retention = mode === undefined ? undefined : retentionOf(mode, wanted.text('RetainUntilDate'));
  const { retention: present } = old;
  const isWeaker =
    present !== undefined &&
    present.until > call.now() &&
    (retention === undefined ||
      retention.until < present.until ||
      (present.mode === 'compliance' && retention.mode === 'governance'));
  const bypass = call.header('x-amz-bypass-governance-retention') === 'true';
  if (isWeaker && (present.mode === 'compliance' || !bypass))
    throw refusal('AccessDenied', { message: 'Access Denied because object protected by object lock.' });
  return setLock(call, { ...old, retention });
}

export function getLegalHold(call: S3Call): FakeResponse {
  const { legalHold } = lockOf(call);
  if (legalHold === undefined) throw refusal('NoSuchObjectLockConfiguration');
  return xmlResponse('LegalHold', { Status: 'ON' });
}

export function putLegalHold(call: S3Call): FakeResponse {
  const status = xmlBody(receive(call.request).bytes, 'LegalHold').text('Status');
  if (status !== 'ON' && status !== 'OFF') throw refusal('MalformedXML');
  return setLock(call, { ...lockOf(call), legalHold: status === 'ON' });
}
