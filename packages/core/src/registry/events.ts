import type { Logger } from '../context.ts';
import type { RegistryEvent } from '../status.ts';

/** Who listens to a registry. An event that nobody listens to is not made. */
export class Events {
  readonly #listeners = new Set<(event: RegistryEvent) => void>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  on(listener: (event: RegistryEvent) => void): () => void {
    // Wrapped, so that a listener given twice is called twice and ends once at a time.
    const own = (event: RegistryEvent) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(make: () => RegistryEvent): void {
    if (this.#listeners.size === 0) return;
    const event = make();
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#logger.error('a listener of the registry threw', { error });
      }
    }
  }
}
