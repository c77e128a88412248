/** The clouds of the storage benchmarks, each a fake in a process of its own so that its CPU does not count. Tells the options that lead to it. */
const loaders = {
  s3: () => import('@im/aws/s3/testing'),
  azure: () => import('@im/azure/blob/testing'),
  gcs: () => import('@im/gcp/storage/testing'),
} as const;

const name = process.argv[2] as keyof typeof loaders;
const { startFake } = await loaders[name]();
const fake = await startFake();
fake.keepLatest(0);
process.send?.(fake.options('bench'));
process.once('disconnect', () => process.exit());
