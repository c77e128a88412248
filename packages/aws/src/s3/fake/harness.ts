import type { Harness } from '@im/testing';
import type { s3 } from '../s3.ts';
import { sampleKeys, samplePart, sampleText, sampleUploads } from './seed.ts';
import { startFake } from './start-fake.ts';

const bytes = new TextEncoder().encode(sampleText);

/** What the conformance suite needs to know: `describeIntegration(s3, harness)`. */
export const harness: Harness<typeof s3> = {
  forwards: { method: 'GET', path: 'samples/hello.txt' },
  startFake: ({ clock, seed }) => startFake({ clock, seed }),
  samples: {
    getObject: [sampleKeys.object],
    headBucket: [],
    putObject: ['written.txt', sampleText, { contentType: 'text/plain', metadata: { origin: 'Zoë' } }],
    headObject: [sampleKeys.object],
    copyObject: [sampleKeys.object, 'copied.txt'],
    listObjects: [{ prefix: 'samples/' }],
    listObjectVersions: [{ prefix: 'samples/' }],
    putObjectTagging: [sampleKeys.object, { team: 'blue' }],
    getObjectTagging: [sampleKeys.object],
    putObjectLegalHold: [sampleKeys.object, false],
    getObjectLegalHold: [sampleKeys.object],
    putObjectRetention: [sampleKeys.object, { mode: 'governance', until: Date.UTC(2031, 0, 1) }],
    getObjectRetention: [sampleKeys.object],
    createMultipartUpload: ['large.bin'],
    uploadPart: [sampleKeys.upload, sampleUploads.open, { number: 1, bytes }],
    uploadPartCopy: [
      sampleKeys.object,
      sampleKeys.upload,
      sampleUploads.open,
      { number: 2, offset: 0, length: bytes.byteLength },
    ],
    listParts: [sampleKeys.upload, sampleUploads.open],
    listMultipartUploads: [],
    completeMultipartUpload: [sampleKeys.upload, sampleUploads.complete, [samplePart]],
    abortMultipartUpload: [sampleKeys.upload, sampleUploads.abort],
    deleteObject: ['written.txt'],
    deleteObjects: [[{ key: 'gone/1' }, { key: 'gone/2' }]],
    createBucket: [],
    listBuckets: [],
    presign: [{ method: 'GET', key: sampleKeys.object, expiresInSeconds: 60 }],
  },
};
