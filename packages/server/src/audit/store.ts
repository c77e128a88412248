/** Where the lines of a record are kept. */
import { type Head, noEntry } from './chain.ts';

/** Keeps lines in order. */
export interface AuditStore extends AsyncDisposable {
  /** Where the lines may end: at the head that was noted; after a crash also at the one that was about to be. */
  readonly ends: readonly Head[];
  /**
   * Adds lines behind the others, all or none, and notes the head after them. Called one at a time.
   *
   * @throws when they are not safely kept; then none of them is there
   */
  append(lines: readonly string[], head: Head): Promise<void>;
  /** The same for one line, where it is kept at once and cannot fail. Absent: keeping takes time. */
  appendNow?: ((line: string, head: Head) => void) | undefined;
  /** All lines from position `from` (1 is the first) on, as far as this process knows of them. */
  read(from?: number): AsyncIterable<string>;
  /** Whether there are lines that this process knows nothing of. Not called during {@link AuditStore.append}. */
  hasMore(): Promise<boolean>;
}

/** Keeps them in memory, as long as the process lives. */
export function memoryAuditStore(): AuditStore {
  const lines: string[] = [];
  let noted = noEntry;
  return {
    get ends() {
      return [noted];
    },
    appendNow: (line, head) => {
      lines.push(line);
      noted = head;
    },
    append: async (more, head) => {
      for (const line of more) lines.push(line);
      noted = head;
    },
    async *read(from = 1) {
      yield* lines.slice(from - 1);
    },
    hasMore: async () => false,
    [Symbol.asyncDispose]: async () => {},
  };
}
