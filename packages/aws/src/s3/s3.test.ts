import { describeIntegration } from '@im/testing/vitest';
import { s3 } from './index.ts';
import { harness, startFake } from './testing.ts';

describeIntegration(s3, harness);
describeIntegration(
  { ...s3, title: 'Amazon S3 by the SDK' },
  {
    ...harness,
    async startFake(options) {
      const fake = await startFake(options);
      return Object.assign(fake, { options: sdkOptions(fake.options) });
    },
  },
);

describeIntegration(
  { ...s3, title: 'Amazon S3 with sessions of a role' },
  {
    ...harness,
    async startFake(options) {
      const fake = await startFake(options);
      return Object.assign(fake, { options: fake.sessionOptions });
    },
  },
);

/** Options of the fake, for the other lane. */
function sdkOptions(options: Awaited<ReturnType<typeof startFake>>['options']) {
  return (tenant?: string) => ({ ...options(tenant), lane: 'sdk' as const });
}
