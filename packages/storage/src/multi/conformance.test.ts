/** Stores over several stores are object stores like any other. */
import { memoryDriver } from '../memory/memory-driver.ts';
import { createObjectStore } from '../object-store.ts';
import { type DrivenStore, driverOf } from '../store-driver.ts';
import type { StorageHarness } from '../testing.ts';
import { describeStorage } from '../vitest.ts';
import { failover } from './failover.ts';
import { memoryJournal } from './journal.ts';
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
