/** A fake of Azure Resource Manager, and what the conformance suite needs to run it. For tests and for the sandbox. */
import type { Harness } from '@im/testing';
import type { azure } from './azure.ts';
import { sampleGroup, sampleOperation, sampleSubscription, startFake } from './fake/start-fake.ts';

export {
  type AzureFake,
  sampleGroup,
  sampleSubscription,
  sampleTenant,
  startFake,
} from './fake/start-fake.ts';

const version = '2024-11-01';
const group = '/subscriptions/{subscriptionId}/resourceGroups/mine';

/** Samples against the fake's own resources. */
export const harness: Harness<typeof azure> = {
  startFake,
  samples: {
    listSubscriptions: [],
    getToken: ['https://management.azure.com/.default'],
    getResource: [sampleGroup, version],
    listResources: [`/subscriptions/${sampleSubscription}/resourceGroups`, version],
    putResource: [group, version, { location: 'swedencentral' }],
    patchResource: [sampleGroup, version, { tags: { by: 'sample' } }],
    postAction: [`${sampleGroup}/exportTemplate`, version, { resources: ['*'] }],
    deleteResource: [group, version],
    getOperation: [{ url: sampleOperation, kind: 'status', retryAfterMs: 0 }],
  },
};
