/** What the doctor found. */
import type { FaultPlace } from '@im/core';

/** One thing that was looked at. */
export interface Finding {
  /** What kind of thing: `node`, `packages`, `configuration`, `environment`, `network`, `proxy`, `clock`, `state`. */
  readonly area: Area;
  /** `note` tells what is so and needs nothing; a `warning` works for now; `wrong` has to be mended. */
  readonly level: 'fine' | 'note' | 'warning' | 'wrong';
  readonly says: string;
  /** What to do about it. */
  readonly remedy?: string | undefined;
  /** Where in the configuration it stands. */
  readonly place?: FaultPlace | undefined;
}

/** See {@link Finding.area}. */
export type Area =
  | 'node'
  | 'packages'
  | 'configuration'
  | 'environment'
  | 'network'
  | 'proxy'
  | 'clock'
  | 'state';
