import { type Call, type Clock, read, type StateStore } from '@im/core';

/** Where the payment driver keeps what it was told, and by which clock. */
export interface Memory {
  readonly state: StateStore;
  readonly clock: Clock;
}

export const memoryOperations = ({ state, clock }: Memory) => ({
  /** For the payment driver: the integration's own state, which it shares over processes. PayPal is asked nothing; there is nothing to close. */
  openMemory: read(async (_call: Call): Promise<Memory> => ({ state, clock })),
});
