/** A bounded number of places: who comes when all are taken waits for one, first come, first served. */

interface Waiting {
  readonly enter: () => void;
}

/** See the head of this file. */
export class Slots {
  #free: number;
  readonly #queue = new Set<Waiting>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs `body` in a place. @throws the signal's reason while it waits */
  async use<Value>(signal: AbortSignal, body: () => Promise<Value>): Promise<Value> {
    await this.#enter(signal);
    try {
      return await body();
    } finally {
      this.#leave();
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        enter: () => {
          signal.removeEventListener('abort', give);
          resolve();
        },
      };
      const give = () => {
        this.#queue.delete(waiting);
        reject(signal.reason);
      };
      this.#queue.add(waiting);
      signal.addEventListener('abort', give, { once: true });
    });
  }

  #leave(): void {
    const [next] = this.#queue;
    if (next === undefined) this.#free += 1;
    else {
      this.#queue.delete(next);
      next.enter();
    }
  }
}
