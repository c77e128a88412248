/** What a fake keeps waiting on purpose, so that a virtual clock does not wait for it as well. */

let silent = 0;

/** Exchanges of all fakes of this process that go on when time moves, and not before. */
export function silentExchanges(): number {
  return silent;
}

/** Waits, as a fake does that has been told to. */
export async function keepSilent(wait: () => Promise<void>): Promise<void> {
  silent += 1;
  try {
    await wait();
  } finally {
    silent -= 1;
  }
}
