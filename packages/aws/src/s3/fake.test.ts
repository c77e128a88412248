/** The fake as the vendor's own SDK sees it: what S3 documents that it refuses. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleBucket as Bucket, type S3Fake, startFake } from './testing.ts';

const mebibyte = 1024 ** 2;
const base64 = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('base64');

describe('the fake of S3, by the SDK alone', () => {
  let fake: S3Fake;
  let client: S3Client;
  beforeEach(async () => {
    fake = await startFake();
    const { endpoint = '', region } = fake.options();
    const { accessKeyId, secretAccessKey } = fake.account();
    client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      maxAttempts: 1,
      // It warns of streams on the console otherwise.
      logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
      credentials: { accessKeyId, secretAccessKey },
    });
  });
  afterEach(async () => {
    client.destroy();
    await fake[Symbol.asyncDispose]();
  });

  /** What follows breaks the description on purpose. */
  const byHand = () =>
    client.middlewareStack.add(
      (next) => async (args) => {
        (args as { request: { headers: Record<string, string> } }).request.headers['x-im-by-hand'] = '1';
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
  const streamOf = (text: string) =>
    Readable.from([Buffer.from(text.slice(0, 3)), Buffer.from(text.slice(3))]);

  it('takes streams in chunks with a checksum behind them, and keeps the checksum', async () => {
    for (const ChecksumAlgorithm of ['SHA256', 'CRC32', 'SHA1'] as const) {
      const Key = `stream-${ChecksumAlgorithm}`;
      const body = streamOf('chunked text');
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body: body, ContentLength: 12, ChecksumAlgorithm }),
      );
      const sent = fake.exchanges.at(-1)?.requestHeaders;
      expect(sent?.['content-encoding']).toBe('aws-chunked');
      expect(sent?.['x-amz-trailer']).toBe(`x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`);
      const got = await client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(await got.Body?.transformToString()).toBe('chunked text');
      expect(got[`Checksum${ChecksumAlgorithm}`]).toBeTruthy();
      expect(got.ContentEncoding).toBeUndefined();
    }
  });

  it('refuses bytes that do not match what proves them', async () => {
    const put = (more: object) => client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more }));
    await expect(put({ ContentMD5: base64('md5', 'y') })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put({ ContentMD5: 'short' })).rejects.toMatchObject({ name: 'InvalidDigest' });
    await expect(put({ ChecksumSHA256: base64('sha256', 'y') })).rejects.toMatchObject({ name: 'BadDigest' });
    await put({ ChecksumSHA256: base64('sha256', 'x'), ContentMD5: base64('md5', 'x') });
  });

  it('refuses a chunked body whose trailer is wrong or that is cut short', async () => {
    const { accessKeyId } = fake.account();
    const send = (frames: string, length: number) =>
      fetch(`${fake.url}/${Bucket}/k?X-Amz-Signature=x`, {
        method: 'PUT',
        body: frames,
        headers: {
          'x-im-by-hand': '1',
          'content-encoding': 'aws-chunked',
          'x-amz-decoded-content-length': `${length}`,
        },
      }).then(async (answer) => [answer.status, await answer.text()]);
    // By hand it is not even signed; by the SDK everything but the body is right.
    expect(await send('1\r\nx\r\n0\r\n\r\n', 1)).toEqual([
      400,
      expect.stringContaining('AuthorizationQuery'),
    ]);
    expect(accessKeyId).toMatch(/^AKIA/);
    client.middlewareStack.add(
      (next) => async (args) => {
        const { request } = args as { request: { headers: Record<string, string> } };
        request.headers['x-amz-decoded-content-length'] = '13';
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const body = streamOf('chunked text');
    await expect(
      client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: body, ContentLength: 12 })),
    ).rejects.toMatchObject({ name: 'IncompleteBody' });
  });

  it('holds an upload to its rules: part sizes, order, etags, checksums of every part', async () => {
    const Key = 'parts';
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256' }),
    );
    const part = (PartNumber: number, size: number) =>
      client
        .send(
          new UploadPartCommand({
            ...{ Bucket, Key, UploadId, PartNumber },
            Body: Buffer.alloc(size, PartNumber),
            ChecksumAlgorithm: 'SHA256',
          }),
        )
        .then(({ ETag, ChecksumSHA256 }) => ({ PartNumber, ETag, ChecksumSHA256 }));
    const [small, large, last] = [await part(1, 10), await part(2, 5 * mebibyte), await part(3, 10)];
    const complete = (...Parts: object[]) =>
      client.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key,
          UploadId,
          MultipartUpload: { Parts: Parts as never },
        }),
      );
    await expect(complete(large, small)).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(small, large)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete({ ...large, ETag: '"other"' })).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete({ PartNumber: 9, ETag: last.ETag })).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete({ PartNumber: 2, ETag: large.ETag })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    await expect(
      client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 10_001, Body: 'x' })),
    ).rejects.toMatchObject({ name: 'InvalidArgument' });
    const done = await complete(large, last);
    expect([done.ETag, done.ChecksumSHA256]).toEqual([
      expect.stringMatching(/^"[0-9a-f]{32}-2"$/),
      expect.stringMatching(/^.{44}-2$/),
    ]);
    await expect(complete(large, last)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('refuses what S3 cannot store: keys, metadata, tags, storage classes', async () => {
    const put = (more: object) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more } as never));
    byHand();
    const tags = Array.from({ length: 11 }, (_, index) => `t${index}=x`).join('&');
    const expected = [
      [{ Key: 'x'.repeat(1025) }, 'KeyTooLongError'],
      [{ Key: 'a/../../b' }, 'InvalidArgument'],
      [{ Metadata: { a: 'x'.repeat(2048) } }, 'MetadataTooLarge'],
      [{ Tagging: tags }, 'InvalidTag'],
      [{ StorageClass: 'NONE' }, 'InvalidStorageClass'],
      [{ IfNoneMatch: '"etag"' }, 'NotImplemented'],
    ] as const;
    for (const [more, name] of expected) await expect(put(more)).rejects.toMatchObject({ name });
  });

  it('lists in pages and groups, and refuses tokens that it did not give', async () => {
    for (let index = 0; index < 5; index += 1)
      await client.send(new PutObjectCommand({ Bucket, Key: `list/${index}/a b+c`, Body: '' }));
    const list = (more: object) =>
      client.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', ...more }));
    const first = await list({ MaxKeys: 2, Delimiter: '/' });
    expect([first.CommonPrefixes?.map(({ Prefix }) => Prefix), first.IsTruncated, first.KeyCount]).toEqual([
      ['list/0/', 'list/1/'],
      true,
      2,
    ]);
    const rest = await list({ Delimiter: '/', ContinuationToken: first.NextContinuationToken });
    expect(rest.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['list/2/', 'list/3/', 'list/4/']);
    const escaped = await list({ EncodingType: 'url', MaxKeys: 1 });
    expect(escaped.Contents?.[0]?.Key).toBe('list/0/a+b%2Bc');
    await expect(list({ ContinuationToken: 'invented' })).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  it('keeps versions as the bucket says, and tells of marks', async () => {
    const versioning = await client.send(new GetBucketVersioningCommand({ Bucket }));
    expect(versioning.Status).toBe('Enabled');
    const status = { Status: 'Suspended' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: status }));
    const put = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    expect(put.VersionId).toBe('null');
    const deleted = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }, { Key: 'none' }] } }),
    );
    expect(deleted.Deleted?.map(({ Key, DeleteMarker }) => [Key, DeleteMarker])).toEqual([
      ['k', true],
      ['none', true],
    ]);
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('gives the same ids and accounts for the same seed, and others for another', async () => {
    await using twin = await startFake();
    await using other = await startFake({ seed: 2 });
    expect(twin.account()).toEqual(fake.account());
    expect(other.account().accessKeyId).not.toBe(fake.account().accessKeyId);
    expect(twin.account('tenant_b').accessKeyId).not.toBe(fake.account().accessKeyId);
  });
});
