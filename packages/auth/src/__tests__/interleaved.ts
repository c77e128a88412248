/** Several processes over one state, whose operations come about in an order that a test chooses. */
import { memoryState, type StateStore } from '@im/core';
import fc from 'fast-check';

/** A state as one more process sees it, and the state itself, which answers at once. */
export interface Interleaved {
  readonly plain: StateStore;
  /** Every operation waits until it is its turn. */
  readonly process: () => StateStore;
  /** Lets all of it come about. */
  settle<Value>(running: readonly Promise<Value>[]): Promise<readonly PromiseSettledResult<Value>[]>;
}

/** Holds for every order that is tried. What fails is told with the order. */
export async function inEveryOrder(
  check: (interleaved: Interleaved) => Promise<void>,
  numRuns = 100,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const plain = memoryState();
      const turn = (label: string) => scheduler.schedule(Promise.resolve(), label);
      await check({
        plain,
        process: () => ({
          ...plain,
          get: (key) => turn(`get ${key}`).then(() => plain.get(key)),
          set: (...given) => turn(`set ${given[0]}`).then(() => plain.set(...given)),
          compareAndSet: (...given) => turn(`cas ${given[0]}`).then(() => plain.compareAndSet(...given)),
          delete: (...given) => turn(`delete ${given[0]}`).then(() => plain.delete(...given)),
          increment: (...given) => turn(`increment ${given[0]}`).then(() => plain.increment(...given)),
        }),
        settle: (running) => scheduler.waitFor(Promise.allSettled(running)),
      });
    }),
    { numRuns, seed: 20_300_101, endOnFailure: true },
  );
}
