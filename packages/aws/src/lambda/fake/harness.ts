/** One sample call of each operation. */
import type { Harness, Samples } from '@im/testing';
import type { lambda } from '../lambda.ts';
import { startFake } from './start-fake.ts';

const samples: Samples<typeof lambda> = {
  listFunctions: [],
  invoke: [
    'echo',
    { order: 1 },
    { qualifier: 'live', clientContext: { custom: { tenant: 'acme' } }, log: true },
  ],
  invokeAsync: ['echo', { order: 2 }],
  dryRun: ['echo'],
  getFunction: ['echo', { qualifier: '1' }],
  listVersions: ['echo'],
  listAliases: ['echo'],
};

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof lambda> = { startFake, samples };
