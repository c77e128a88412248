import { createIntegration } from '@im/core';
import { describeStorage } from '@im/storage/vitest';
import { afterAll, beforeAll, describe } from 'vitest';
import { s3, s3Driver } from './index.ts';
import { type S3Fake, startFake } from './testing.ts';

const isCi = process.env.CI === 'true';
/** As S3 has them in CI; less where somebody waits for it, since the suite sends parts by the hundred. */
const minPartBytes = (isCi ? 5 * 1024 : 64) * 1024;
const largeBytes = (isCi ? 64 : 16) * 1024 * 1024;

describe.each(['lean', 'sdk'] as const)('S3 on the %s lane', (lane) => {
  let fake: S3Fake;
  let buckets = 0;
  beforeAll(async () => {
    fake = await startFake({ leastPartBytes: minPartBytes });
    fake.keepLatest(0);
  });
  afterAll(() => fake[Symbol.asyncDispose]());

  describeStorage('the driver', {
    largeBytes,
    async open() {
      buckets += 1;
      const bucket = `bucket-${buckets}`;
      const stored = fake.createBucket(bucket);
      const connect = () => createIntegration(s3, { options: { ...fake.options(), bucket, lane } });
      const [one, other] = [connect(), connect()];
      const driverOf = (client: typeof one) => {
        const driver = s3Driver(client);
        return { ...driver, limits: { ...driver.limits, minPartBytes } };
      };
      return {
        driver: driverOf(one),
        again: driverOf(other),
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
