/** Against fauxqs, an emulator by others: it takes what the SDK sends, checks no signature, and holds no condition. */
import { createIntegration } from '@im/core';
import { type Fauxqs, startFauxqs } from '@im/testing/peers';
import { describePeer } from '@im/testing/vitest';
import { afterAll, beforeAll } from 'vitest';
import { describeDialect, type Lacks } from './__tests__/describe-dialect.ts';
import { s3 } from './index.ts';

const lacks: Lacks = {
  'ST-001': ['it drops metadata without a value', /empty: ''/],
  'ST-005': ['it does not escape line ends of keys in lists', /line\\nbreak/],
  'ST-008': ['it refuses the last bytes of more than there are', /begins past the end/],
  'ST-010': ['it holds no condition of HEAD', /head ifNoneMatch/],
  'ST-012': ['it holds no condition of a copy on its source', /sourceIfMatch/],
  'ST-061': ['it does not list parts', /resumeUpload: there is no object/],
  'ST-062': ['it does not list parts', /resumeUpload: there is no object/],
  'ST-068': ['it does not list uploads', /a\/1/],
};

describePeer('S3 on fauxqs', 'fauxqs', () => {
  let fauxqs: Fauxqs;
  let buckets = 0;
  beforeAll(async () => {
    fauxqs = await startFauxqs();
  });
  afterAll(() => fauxqs[Symbol.asyncDispose]());

  describeDialect('fauxqs', lacks, async () => {
    buckets += 1;
    const options = {
      region: 'us-east-1',
      endpoint: fauxqs.url,
      bucket: `bucket-${buckets}`,
      credentials: { accessKeyId: 'fauxqs', secretAccessKey: 'fauxqs-secret' },
    };
    await using client = createIntegration(s3, { options: { ...options, dialect: 'fauxqs' } });
    await client.createBucket();
    return options;
  });
});
