import { setImmediate as turn } from 'node:timers/promises';

/** Lets what was begun go as far as it comes without time: for cases that prove that nothing more happens. */
export async function settle(turns = 30): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
}
