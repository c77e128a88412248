/** Gathers ids that are sent together: what comes while a request is under way goes with the next one. */

/** Sends an id with others. @returns when it was sent; rejects as the request that carried it */
export interface Batcher {
  add(id: string): Promise<void>;
  /** Resolves when nothing is under way any more, whatever came of it. */
  idle(): Promise<void>;
}

/** @param most ids in one request */
export function createBatcher(most: number, send: (ids: readonly string[]) => Promise<void>): Batcher {
  let waiting: {
    readonly id: string;
    readonly done: () => void;
    readonly failed: (error: unknown) => void;
  }[] = [];
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    // What is added in the same turn goes along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        await send(batch.map(({ id }) => id));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    running = undefined;
  };

  return {
    add: (id) =>
      new Promise<void>((done, failed) => {
        waiting.push({ id, done, failed });
        running ??= run();
      }),
    idle: async () => running,
  };
}
