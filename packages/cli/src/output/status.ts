import type { Status } from '@im/core';
import type { Colours } from './screen.ts';

/** The colour of a status. */
export function painted(colours: Colours, status: string): (text: string) => string {
  const paints: Readonly<Partial<Record<Status, (text: string) => string>>> = {
    healthy: colours.green,
    degraded: colours.yellow,
    starting: colours.cyan,
    unhealthy: colours.red,
  };
  return paints[status as Status] ?? colours.dim;
}
