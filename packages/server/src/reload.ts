/** Following a configuration file while running. */
import type { ChangeReport } from '@im/core/config';

/** What came of a reload. */
export interface ReloadReport extends ChangeReport {
  /** Whether the section of the hub itself is different, which is followed by a restart alone. */
  readonly restartNeeded: boolean;
}

/**
 * Reads the configuration again and has the registry follow it.
 *
 * @throws `ConfigurationError` with every fault of the file; then everything stays as it was
 */
export type Reload = () => Promise<ReloadReport>;

/** The same, one run after another, `first` before each. */
export function oneAtATime(reload: Reload, first: () => void): Reload {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const run = last.then(() => {
      first();
      return reload();
    });
    last = run.catch(() => undefined);
    return run;
  };
}
