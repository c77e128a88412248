import { setImmediate as turn } from 'node:timers/promises';

/** Lets what was begun go as far as it comes without time: for cases that prove that nothing more happens. */
export async function settle(turns = 30): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
}

/** What `call` rejects with; `undefined` when it succeeds. */
export const thrownBy = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );
