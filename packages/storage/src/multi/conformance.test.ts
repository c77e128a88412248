/** Stores over several stores are object stores like any other. */

import { memoryState } from '@im/core';
import { memoryDriver } from '../memory/memory-driver.ts';
import { createObjectStore } from '../object-store.ts';
import { type DrivenStore, driverOf } from '../store-driver.ts';
import type { StorageHarness } from '../testing.ts';
import { describeStorage } from '../vitest.ts';
import { failover } from './failover.ts';
import { memoryJournal } from './journal.ts';
import { stateLocations } from './locations.ts';
import { mirror } from './mirror.ts';
import { placement } from './placement.ts';
import type { PlacementPolicy } from './placement.types.ts';
import { replicate } from './replicate.ts';

const memory = (name: string) => createObjectStore(memoryDriver(), { name });

/** Two compositions over the same stores, as two processes have them. */
function harness(compose: () => () => DrivenStore): StorageHarness {
  return {
    largeBytes: 8_000_000,
    async open() {
      const make = compose();
      const [one, other] = [make(), make()];
      return { driver: driverOf(one, 'test'), again: driverOf(other, 'test') };
    },
  };
}

describeStorage(
  'a store with two replicas that every write waits for',
  harness(() => {
    const primary = memory('a');
    const replicas = [memory('b'), memory('c')];
    return () => replicate({ primary, replicas, journal: memoryJournal() });
  }),
);
describeStorage(
  'a store with two replicas that follow',
  harness(() => {
    const primary = memory('a');
    const replicas = [memory('b'), memory('c')];
    return () => replicate({ primary, replicas, wait: 0, journal: memoryJournal() });
  }),
);
describeStorage(
  'a store that fails over',
  harness(() => {
    const primary = memory('a');
    const others = [memory('b')];
    return () => failover({ primary, others, journal: memoryJournal() });
  }),
);

describeStorage(
  'a store with mirrors that are not asked',
  harness(() => {
    const primary = memory('a');
    const replicas = [memory('b')];
    const journal = memoryJournal();
    const store = () => replicate({ primary, replicas, wait: 'all', journal });
    return () => mirror({ primary: store(), mirrors: replicas, journal, explore: 0 });
  }),
);
describeStorage(
  'a store that places objects by their keys',
  harness(() => {
    const stores = [memory('a'), memory('b'), memory('c')];
    const policy: PlacementPolicy = {
      rules: [
        { name: 'letters', when: { prefix: ['a', 'k'] }, store: 'a' },
        { name: 'others', when: { prefix: ['b', 't', 'race', 's'] }, store: 'b' },
        { name: 'rest', store: 'c' },
      ],
    };
    return () => placement({ stores, policy });
  }),
);
describeStorage(
  'a store that places objects by their sizes',
  harness(() => {
    const stores = [memory('a'), memory('b')];
    const state = memoryState();
    const policy: PlacementPolicy = {
      rules: [
        { name: 'large', when: { minBytes: 5 }, store: 'b' },
        { name: 'small', store: 'a' },
      ],
    };
    return () => placement({ stores, policy, locations: stateLocations(state) });
  }),
);
