import { createIntegration } from '@im/core';
import { describeStorage } from '@im/storage/vitest';
import { afterAll, beforeAll, describe } from 'vitest';
import { s3, s3Driver } from './index.ts';
import { type S3Fake, startFake } from './testing.ts';

describe.each(['lean', 'sdk'] as const)('S3 on the %s lane', (lane) => {
  let fake: S3Fake;
  let buckets = 0;
  beforeAll(async () => {
    fake = await startFake();
    fake.keepLatest(0);
  });
  afterAll(() => fake[Symbol.asyncDispose]());

  describeStorage('the driver', {
    async open() {
      buckets += 1;
      const bucket = `bucket-${buckets}`;
      const stored = fake.createBucket(bucket);
      const connect = () => createIntegration(s3, { options: { ...fake.options(), bucket, lane } });
      const [one, other] = [connect(), connect()];
      return {
        driver: s3Driver(one),
        again: s3Driver(other),
        async tamper(key) {
          const bytes = stored.present(key)?.bytes;
          if (bytes !== undefined) bytes[10] = (bytes[10] ?? 0) ^ 1;
        },
        async close() {
          await one[Symbol.asyncDispose]();
          await other[Symbol.asyncDispose]();
          fake.dropBucket(bucket);
        },
      };
    },
  });
});
