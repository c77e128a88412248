/** One sample call of each operation, in an order in which each finds what it needs. */
import type { Harness, Samples } from '@im/testing';
import { projectIdOf } from '../../common/fake/accounts.ts';
import { sampleTenant } from '../../common/fake/service.ts';
import type { storage } from '../storage.ts';
import { sampleBucket, startFake } from './start-fake.ts';
import { sessionIdOf } from './upload-routes.ts';

/** The least piece that need not be the last. */
const piece = new Uint8Array(256 * 1024);
const uploaded = 'sample/uploaded.bin';
/** There from the beginning. */
const kept = 'sample/kept.txt';

function samplesFor(tenant: string): Samples<typeof storage> {
  const uploadId = sessionIdOf(projectIdOf(tenant), uploaded);
  const session = `/upload/storage/v1/b/${sampleBucket}/o?uploadType=resumable&upload_id=${uploadId}`;
  return {
    getBucket: [],
    listBuckets: [],
    createBucket: [
      'sample-new-bucket',
      { location: 'EUROPE-NORTH1', versioning: true, softDeleteSeconds: 0 },
    ],
    insertObject: ['sample/one.txt', 'one', { contentType: 'text/plain', metadata: { made: 'by a sample' } }],
    getObjectMetadata: [kept],
    getObject: [kept, { atOnceUpTo: 1_024 }],
    patchObject: ['sample/one.txt', { metadata: { made: 'by another sample' } }],
    rewriteObject: ['sample/one.txt', 'sample/two.txt'],
    copyObject: ['sample/one.txt', 'sample/three.txt'],
    composeObject: ['sample/all.txt', [{ name: 'sample/one.txt' }, { name: 'sample/two.txt' }]],
    listObjects: [{ prefix: 'sample/' }],
    signUrl: ['sample/one.txt', { method: 'GET', expiresInSeconds: 60 }],
    startUpload: [uploaded, { contentType: 'application/octet-stream' }],
    sendPiece: [session, { offset: 0, bytes: piece }],
    getUploadProgress: [session],
    cancelUpload: [session],
    deleteObject: ['sample/all.txt'],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof storage> = {
  forwards: { method: 'GET', path: 'storage/v1/b/sample-bucket' },
  startFake: (options) => startFake({ ...options, objects: { [kept]: 'kept' } }),
  samples: samplesFor(sampleTenant),
  samplesFor,
};
