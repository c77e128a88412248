/** One write at a time; whoever asks meanwhile is served by the next one together. */

/** Asks for a write that begins after now. Resolves when it is done. */
export type Commit = () => Promise<void>;

/** @param write writes all that there is to write by then */
export function createCommit(write: () => Promise<void>): Commit {
  let active: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  return () => {
    queued ??= active.then(
      () => begin(),
      () => begin(),
    );
    return queued;
  };
  function begin(): Promise<void> {
    active = write();
    queued = undefined;
    return active;
  }
}
