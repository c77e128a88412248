import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { StorageSharedKeyCredential as QueueCredential, QueueServiceClient } from '@azure/storage-queue';
import { expect, test } from 'vitest';
import { startCatcher } from '../__tests__/catcher.ts';
import {
  describeSpecs,
  operationOf,
  published,
  type Sent,
  verdictOn,
  wrongWith,
} from '../__tests__/exchanges.ts';

const blobFile = 'azure/blob-storage-2021-10-04.json';
const queueFile = 'azure/queue-storage.json';
const key = Buffer.from('key').toString('base64');
const once = { retryOptions: { maxTries: 1 } };
const xml = { 'content-type': 'application/xml' };
const now = new Date(0);

describeSpecs('published descriptions of Azure Storage', () => {
  test.each([
    [blobFile, 72],
    [queueFile, 18],
  ])('%s is read with its %d operations', async (file, count) => {
    expect((await verdictOn(published(file))).described).toBe(count);
  });

  test('what the vendor’s client for blobs sends is accepted', async () => {
    await using catcher = await startCatcher();
    const description = published(blobFile);
    const service = new BlobServiceClient(catcher.url, new StorageSharedKeyCredential('account', key), once);
    const container = service.getContainerClient('container');
    const blob = container.getBlockBlobClient('a b/c?d#e%/ü&');
    const lease = blob.getBlobLeaseClient('ca761232-ed42-11ce-bacd-00aa0057b223');
    const source = 'https://account.blob.core.windows.net/container/other';
    const upload = { metadata: { a: 'b' }, tier: 'Cool', conditions: { ifNoneMatch: '*' } } as const;
    const rules = [{ id: 'x', accessPolicy: { startsOn: now, expiresOn: now, permissions: 'r' } }];
    const cors = {
      allowedOrigins: '*',
      allowedMethods: 'GET',
      allowedHeaders: '',
      exposedHeaders: '',
      maxAgeInSeconds: 1,
    };
    const sends: [string, () => Promise<unknown>][] = [
      ['Container_Create', () => container.create({ metadata: { a: 'b' } })],
      ['Container_GetProperties', () => container.getProperties()],
      ['Container_Delete', () => container.delete()],
      ['Container_SetAccessPolicy', () => container.setAccessPolicy(undefined, rules)],
      [
        'Container_ListBlobFlatSegment',
        () => container.listBlobsFlat({ includeMetadata: true, includeTags: true }).next(),
      ],
      [
        'Container_ListBlobHierarchySegment',
        () => container.listBlobsByHierarchy('/', { prefix: 'a/' }).next(),
      ],
      ['Service_ListContainersSegment', () => service.listContainers({ prefix: 'c' }).next()],
      ['Service_SetProperties', () => service.setProperties({ cors: [cors] })],
      ['Service_FilterBlobs', () => service.findBlobsByTags("a='b'").next()],
      ['BlockBlob_Upload', () => blob.upload('hello', 5, upload)],
      ['BlockBlob_PutBlobFromUrl', () => blob.syncUploadFromURL(source)],
      ['BlockBlob_StageBlock', () => blob.stageBlock('YWFh', 'abc', 3)],
      ['BlockBlob_StageBlockFromURL', () => blob.stageBlockFromURL('YWFh', source)],
      ['BlockBlob_CommitBlockList', () => blob.commitBlockList(['YWFh'], upload)],
      ['BlockBlob_GetBlockList', () => blob.getBlockList('all')],
      ['Blob_Download', () => blob.download(1, 2)],
      ['Blob_GetProperties', () => blob.getProperties()],
      ['Blob_Delete', () => blob.delete({ deleteSnapshots: 'include' })],
      ['Blob_SetMetadata', () => blob.setMetadata({ a: 'b' })],
      ['Blob_SetHTTPHeaders', () => blob.setHTTPHeaders({ blobContentType: 'a/b' })],
      ['Blob_SetTier', () => blob.setAccessTier('Hot')],
      ['Blob_SetTags', () => blob.setTags({ a: 'b' })],
      ['Blob_AcquireLease', () => lease.acquireLease(15)],
      ['Blob_RenewLease', () => lease.renewLease()],
      ['Blob_ReleaseLease', () => lease.releaseLease()],
      ['Blob_BreakLease', () => lease.breakLease(0)],
      ['Blob_CreateSnapshot', () => blob.createSnapshot()],
      ['Blob_StartCopyFromURL', () => blob.beginCopyFromURL(source)],
      ['Blob_CopyFromURL', () => blob.syncCopyFromURL(source)],
      ['Blob_AbortCopyFromURL', () => blob.abortCopyFromURL('1')],
      ['AppendBlob_Create', () => container.getAppendBlobClient('a').create()],
      ['AppendBlob_AppendBlock', () => container.getAppendBlobClient('a').appendBlock('abc', 3)],
      ['PageBlob_Create', () => container.getPageBlobClient('p').create(512)],
      ['PageBlob_UploadPages', () => container.getPageBlobClient('p').uploadPages(Buffer.alloc(512), 0, 512)],
      ['PageBlob_ClearPages', () => container.getPageBlobClient('p').clearPages(0, 512)],
      ['PageBlob_Resize', () => container.getPageBlobClient('p').resize(1024)],
    ];
    for (const [operation, send] of sends) {
      const [sent] = await catcher.during(send);
      if (sent === undefined) throw new Error(`${operation} was not sent`);
      expect(await wrongWith(description, sent), operation).toEqual([]);
      expect(await meant(description, sent), operation).toBe(operation);
    }
  });

  test('what the vendor’s client for queues sends is accepted', async () => {
    await using catcher = await startCatcher();
    // Emulators have the account as first part of the path.
    const description = { ...published(queueFile), servers: ['/account'] };
    const service = new QueueServiceClient(
      `${catcher.url}/account`,
      new QueueCredential('account', key),
      once,
    );
    const queue = service.getQueueClient('queue');
    const sends: [string, () => Promise<unknown>][] = [
      ['Queue_Create', () => queue.create({ metadata: { a: 'b' } })],
      ['Queue_GetProperties', () => queue.getProperties()],
      ['Queue_SetMetadata', () => queue.setMetadata({ a: 'b' })],
      ['Queue_Delete', () => queue.delete()],
      ['Messages_Enqueue', () => queue.sendMessage('a<b', { visibilityTimeout: 0, messageTimeToLive: 100 })],
      ['Messages_Dequeue', () => queue.receiveMessages({ numberOfMessages: 3, visibilityTimeout: 10 })],
      ['Messages_Peek', () => queue.peekMessages({ numberOfMessages: 3 })],
      ['Messages_Clear', () => queue.clearMessages()],
      ['MessageId_Update', () => queue.updateMessage('id', 'receipt', 'new', 3)],
      ['MessageId_Update', () => queue.updateMessage('id', 'receipt', undefined, 3)],
      ['MessageId_Delete', () => queue.deleteMessage('id', 'receipt')],
      ['Service_ListQueuesSegment', () => service.listQueues({ includeMetadata: true }).next()],
    ];
    for (const [operation, send] of sends) {
      const [sent] = await catcher.during(send);
      if (sent === undefined) throw new Error(`${operation} was not sent`);
      expect(await wrongWith(description, sent), operation).toEqual([]);
      expect(await meant(description, sent), operation).toBe(operation);
    }
  });

  const listed = (inner: string): Sent => ({
    request: 'GET /container?restype=container&comp=list',
    status: 200,
    answerHeaders: xml,
    answer: `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://x/" ContainerName="container"><Blobs>${inner}</Blobs><NextMarker /></EnumerationResults>`,
  });
  const properties =
    '<Properties><Last-Modified>Sat, 31 Jan 2026 10:00:00 GMT</Last-Modified><Etag>0x1</Etag></Properties>';
  const dequeued = (inner: string): Sent => ({
    request: 'GET /queue/messages',
    status: 200,
    answerHeaders: xml,
    answer: `<QueueMessagesList>${inner}</QueueMessagesList>`,
  });

  test.each<[string, string, Sent]>([
    [blobFile, 'a list without blobs', listed('')],
    [
      blobFile,
      'a list',
      listed(`<Blob><Name>a&amp;b</Name>${properties}<Metadata><a>b</a></Metadata></Blob>`),
    ],
    [
      blobFile,
      'a failure of HEAD',
      { request: 'HEAD /c/b', status: 404, answerHeaders: { 'x-ms-error-code': 'BlobNotFound' } },
    ],
    [queueFile, 'no messages', dequeued('')],
  ])('%s: %s is fine', async (file, _, sent) => {
    expect(await wrongWith(published(file), sent)).toEqual([]);
  });

  test.each<[string, string, Sent, string]>([
    [
      blobFile,
      'a wrong tier',
      { request: 'PUT /c/b?comp=tier', headers: { 'x-ms-access-tier': 'Frozen' } },
      expect.stringContaining(
        'Blob_SetTier request header parameter x-ms-access-tier: must be one of ["P4",',
      ),
    ],
    [
      blobFile,
      'a wrong element',
      {
        request: 'PUT /c/b?comp=blocklist',
        headers: xml,
        body: '<BlockList><Newest>YQ==</Newest></BlockList>',
      },
      'BlockBlob_CommitBlockList request body: has a property that is not described: <Newest>',
    ],
    [
      blobFile,
      'a missing block',
      { request: 'PUT /c/b?comp=block', headers: { 'content-length': '1' }, body: 'x' },
      'BlockBlob_StageBlock request query parameter blockid: is required',
    ],
    [
      blobFile,
      'a status of success that is another’s',
      {
        request: 'PUT /c/b',
        headers: { 'x-ms-blob-type': 'BlockBlob', 'content-length': '1' },
        body: 'x',
        status: 200,
      },
      'BlockBlob_Upload answer status 200: is not described',
    ],
    [
      blobFile,
      'an invented element',
      listed(`<Blob><Name>a</Name>${properties}<Colour>red</Colour></Blob>`),
      'Container_ListBlobFlatSegment answer status 200 body Segment.BlobItems[]: has a property that is not described: <Colour>',
    ],
    [
      blobFile,
      'a date of another form',
      listed(
        `<Blob><Name>a</Name>${properties.replace('Sat, 31 Jan 2026 10:00:00 GMT', '2026-01-31')}</Blob>`,
      ),
      'Container_ListBlobFlatSegment answer status 200 body Segment.BlobItems[].Properties.Last-Modified: must match format "date-time-rfc1123"',
    ],
    [
      blobFile,
      'an error in JSON',
      {
        request: 'GET /c/b',
        status: 404,
        answerHeaders: { 'content-type': 'application/json', 'x-ms-error-code': 'BlobNotFound' },
        answer: {},
      },
      'Blob_Download answer status 404 header content-type: application/json is not described; application/xml is',
    ],
    [
      queueFile,
      'a message in another element',
      {
        request: 'POST /queue/messages',
        headers: xml,
        body: '<Message><MessageText>x</MessageText></Message>',
      },
      'Messages_Enqueue request body: is an element Message, but QueueMessage is described',
    ],
    [
      queueFile,
      'a message without its receipt',
      dequeued('<QueueMessage><MessageId>1</MessageId></QueueMessage>'),
      "Messages_Dequeue answer status 200 body []: must have required property 'PopReceipt'",
    ],
  ])('%s: %s is a violation', async (file, _, sent, violation) => {
    expect(await wrongWith(published(file), sent)).toContainEqual(violation);
  });
});

/** By any status below 400, since each operation has its own. */
function meant(description: ReturnType<typeof published>, sent: Sent) {
  return operationOf(description, { ...sent, status: 200 });
}
