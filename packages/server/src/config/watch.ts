/** Noticing that a file has changed. */
import { watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Cancel, Clock } from '@im/core';

/** Editors write a file in several steps; it is looked at once they are through. */
const settleMs = 250;

/**
 * Calls `changed` when the file holds something new. Its folder is watched, since editors replace files, and Kubernetes replaces the folder that a
 * link in it leads to; so what happens there is only a reason to look.
 */
export function watchFile(
  file: string,
  {
    clock,
    isNew,
    changed,
  }: {
    readonly clock: Clock;
    readonly isNew: () => Promise<boolean>;
    readonly changed: () => Promise<unknown>;
  },
): Disposable {
  let waiting: Cancel | undefined;
  // A file that is being replaced may be missing for a moment; then something happens again.
  const look = () =>
    isNew().then(
      (isDifferent) => (isDifferent ? changed() : undefined),
      () => undefined,
    );
  const watcher = watch(dirname(resolve(file)), { persistent: false }, () => {
    waiting?.();
    waiting = clock.schedule(settleMs, look, { background: true });
  });
  return {
    [Symbol.dispose]: () => {
      waiting?.();
      watcher.close();
    },
  };
}
