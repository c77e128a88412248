/** The clouds of the storage benchmarks, each a fake in a process of its own so that its CPU does not count. Tells the options that lead to it. */
import { startFake as startS3 } from '@im/aws/s3/testing';
import { startFake as startAzure } from '@im/azure/blob/testing';
import { startFake as startGcs } from '@im/gcp/storage/testing';

const tenant = 'bench';
const starters = {
  s3: async () => {
    const fake = await startS3();
    return { fake, options: fake.options(tenant) };
  },
  azure: async () => {
    const fake = await startAzure();
    return { fake, options: fake.options(tenant, 'account-key') };
  },
  gcs: async () => {
    const fake = await startGcs();
    return { fake, options: fake.options(tenant, 'access-token') };
  },
} as const;

const { fake, options } = await starters[process.argv[2] as keyof typeof starters]();
fake.keepLatest(0);
process.send?.(options);
process.once('disconnect', () => process.exit());
