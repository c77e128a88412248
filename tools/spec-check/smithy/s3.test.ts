import { CopyObjectCommand, DeleteObjectsCommand, PutBucketAclCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { clientOptions } from '../__tests__/aws-clients.ts';
import { startCatcher } from '../__tests__/catcher.ts';
import { describeSpecs, operationOf, published, wrongWith } from '../__tests__/exchanges.ts';
import type { SentRequest } from '../description.ts';
import { arrangeS3 } from './s3.ts';

const request = (change: Partial<SentRequest>): SentRequest => ({
  method: 'GET',
  path: '/bucket/key',
  query: [],
  headers: { host: '127.0.0.1:9000' },
  body: new Uint8Array(),
  ...change,
});

test.each([
  ['/bucket/a//b', '127.0.0.1:9000', '/bucket/a//b'],
  ['/bucket/', '127.0.0.1:9000', '/bucket'],
  ['/', '127.0.0.1:9000', '/'],
  ['/a/b/', 'my.bucket.s3.eu-west-1.amazonaws.com', '/my.bucket/a/b/'],
  ['/', 'bucket.s3.amazonaws.com', '/bucket'],
  ['/key', 'bucket.s3.localhost:4566', '/bucket/key'],
  ['/bucket/key', 's3.eu-west-1.amazonaws.com', '/bucket/key'],
])('S3 (addressing): %s at %s is %s', (path, host, expected) => {
  expect(arrangeS3(request({ path, headers: { host } })).path).toBe(expected);
});

test('S3 (query signing): what the signer moved into the query stands in headers again', () => {
  const query = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Signature', '1'],
    ['x-amz-storage-class', 'STANDARD_IA'],
    ['versionId', '7'],
  ] as const;
  expect(arrangeS3(request({ query }))).toMatchObject({
    query: [['versionId', '7']],
    headers: { 'x-amz-storage-class': 'STANDARD_IA' },
  });
  expect(arrangeS3(request({ query: query.slice(2) })).query).toHaveLength(2);
});

describeSpecs('requests by the published model of S3', () => {
  const s3 = published('aws/s3-2006-03-01.json');

  test.each<[string, string, Record<string, string>?]>([
    ['GET /', 'ListBuckets'],
    ['GET /bucket', 'ListObjects'],
    ['GET /bucket/?list-type=2', 'ListObjectsV2'],
    ['GET /bucket?uploads=', 'ListMultipartUploads'],
    ['GET /bucket?analytics', 'ListBucketAnalyticsConfigurations'],
    ['GET /bucket?analytics&id=1', 'GetBucketAnalyticsConfiguration'],
    ['PUT /bucket', 'CreateBucket'],
    ['GET /bucket/key', 'GetObject'],
    ['GET /bucket/key/', 'GetObject'],
    ['GET /bucket/a//../b%20%2F%25?versionId=1', 'GetObject'],
    ['GET //bucket', 'GET //bucket'],
    ['GET /bucket//key', 'GetObject'],
    ['GET /bucket/key?uploadId=1', 'ListParts'],
    ['GET /bucket/key?attributes', 'GetObjectAttributes'],
    ['HEAD /bucket/key', 'HeadObject'],
    ['PUT /bucket/key', 'PutObject'],
    ['PUT /bucket/key', 'CopyObject', { 'x-amz-copy-source': 'bucket/other' }],
    ['PUT /bucket/key?partNumber=1&uploadId=1', 'UploadPart'],
    ['PUT /bucket/key?partNumber=1&uploadId=1', 'UploadPartCopy', { 'x-amz-copy-source': 'bucket/other' }],
    ['POST /bucket/key?uploads', 'CreateMultipartUpload'],
    ['POST /bucket/key?uploadId=1', 'CompleteMultipartUpload'],
    ['DELETE /bucket/key?uploadId=1', 'AbortMultipartUpload'],
    ['DELETE /bucket/key', 'DeleteObject'],
    ['DELETE /bucket/key?tagging', 'DeleteObjectTagging'],
    ['POST /bucket?delete', 'DeleteObjects'],
  ])('%s means %s', async (line, expected, headers) => {
    const wanted = expected.includes(' ') ? undefined : expected;
    expect(await operationOf(s3, { request: line, ...(headers && { headers }) })).toBe(wanted);
  });

  test('what the vendor’s client writes in XML is accepted', async () => {
    await using catcher = await startCatcher();
    const client = new S3Client(clientOptions(catcher));
    const Objects = [{ Key: 'a' }, { Key: '&<"é', ETag: '"x"', LastModifiedTime: new Date(0), Size: 3 }];
    const grants = [{ Grantee: { Type: 'CanonicalUser', ID: 'x' }, Permission: 'READ' }] as const;
    const sent = await catcher.during(async () => {
      const copy = { Bucket: 'bucket', Key: 'ü/%+ &', CopySource: 'bucket/x', Metadata: { a: 'b' } };
      await client.send(new CopyObjectCommand(copy)).catch(() => {});
      const acl = { Owner: { ID: 'x' }, Grants: [...grants] };
      await client
        .send(new PutBucketAclCommand({ Bucket: 'bucket', AccessControlPolicy: acl }))
        .catch(() => {});
      await client.send(new DeleteObjectsCommand({ Bucket: 'bucket', Delete: { Objects, Quiet: true } }));
    });
    const names = await Promise.all(sent.map((one) => operationOf(s3, one)));
    expect(names).toEqual(['CopyObject', 'PutBucketAcl', 'DeleteObjects']);
    for (const one of sent) expect(await wrongWith(s3, one)).toEqual([]);
  });
});
