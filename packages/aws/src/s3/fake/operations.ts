/** Which operation a request is: by its method, whether it names a key, and one part of its query or a header. */
import type { FakeResponse } from '@im/testing';
import { refusal } from './answers.ts';
import {
  deleteTagging,
  getLegalHold,
  getRetention,
  getTagging,
  getVersioning,
  headBucket,
  putLegalHold,
  putRetention,
  putTagging,
  putVersioning,
} from './buckets.ts';
import type { S3Call } from './call.ts';
import { listObjects, listParts, listUploads, listVersions } from './lists.ts';
import { getObject } from './reads.ts';
import { abortUpload, completeUpload, createUpload, uploadPart, uploadPartCopy } from './uploads.ts';
import { copyObject, deleteObject, deleteObjects, putObject } from './writes.ts';

interface Row {
  readonly method: string;
  /** Whether it is about an object rather than a bucket. */
  readonly hasKey: boolean;
  /** Part of the query that has to be there. */
  readonly query?: string;
  /** Header that has to be there. */
  readonly header?: string;
  readonly run: (call: S3Call) => FakeResponse;
}

/** The first that fits. */
const rows: readonly Row[] = [
  { method: 'HEAD', hasKey: false, run: headBucket },
  { method: 'GET', hasKey: false, query: 'versioning', run: getVersioning },
  { method: 'PUT', hasKey: false, query: 'versioning', run: putVersioning },
  { method: 'GET', hasKey: false, query: 'versions', run: listVersions },
  { method: 'GET', hasKey: false, query: 'uploads', run: listUploads },
  { method: 'GET', hasKey: false, run: listObjects },
  { method: 'POST', hasKey: false, query: 'delete', run: deleteObjects },
  { method: 'GET', hasKey: true, query: 'uploadId', run: listParts },
  { method: 'GET', hasKey: true, query: 'tagging', run: getTagging },
  { method: 'PUT', hasKey: true, query: 'tagging', run: putTagging },
  { method: 'DELETE', hasKey: true, query: 'tagging', run: deleteTagging },
  { method: 'GET', hasKey: true, query: 'retention', run: getRetention },
  { method: 'PUT', hasKey: true, query: 'retention', run: putRetention },
  { method: 'GET', hasKey: true, query: 'legal-hold', run: getLegalHold },
  { method: 'PUT', hasKey: true, query: 'legal-hold', run: putLegalHold },
  { method: 'GET', hasKey: true, run: getObject },
  { method: 'HEAD', hasKey: true, run: getObject },
  { method: 'POST', hasKey: true, query: 'uploads', run: createUpload },
  { method: 'POST', hasKey: true, query: 'uploadId', run: completeUpload },
  { method: 'PUT', hasKey: true, query: 'uploadId', header: 'x-amz-copy-source', run: uploadPartCopy },
  { method: 'PUT', hasKey: true, query: 'uploadId', run: uploadPart },
  { method: 'PUT', hasKey: true, header: 'x-amz-copy-source', run: copyObject },
  { method: 'PUT', hasKey: true, run: putObject },
  { method: 'DELETE', hasKey: true, query: 'uploadId', run: abortUpload },
  { method: 'DELETE', hasKey: true, run: deleteObject },
];

/** Runs it. @throws the error of S3 */
export function runOperation(call: S3Call): FakeResponse {
  const { method } = call.request;
  const row = rows.find(
    (one) =>
      one.method === method &&
      one.hasKey === (call.key !== '') &&
      (one.query === undefined || call.query(one.query) !== undefined) &&
      (one.header === undefined || call.header(one.header) !== undefined),
  );
  if (row === undefined) throw refusal('NotImplemented');
  return row.run(call);
}
