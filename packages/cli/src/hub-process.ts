/** What `im serve` and `im sandbox` share: a hub in this process, until somebody stops it. */
import type { HubServer } from '@im/server';
import { loadPeer, unavailable } from './failure.ts';
import type { Io } from './io.ts';
import type { Screen } from './output/screen.ts';

/** `@im/server`, an optional peer. */
export type ServerPackage = typeof import('@im/server');

/** Loads it. @throws `CommandError` with the command that installs it */
export function loadServer(purpose: string): Promise<ServerPackage> {
  return loadPeer('@im/server', purpose, () => import('@im/server'));
}

/** Runs what begins to listen. @throws `CommandError` of `unavailable` when the address cannot be had */
export async function listening<Value>(
  { ListenError }: ServerPackage,
  begin: () => Promise<Value>,
): Promise<Value> {
  try {
    return await begin();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw unavailable(error.message, 'give another port: --port 0 takes any that is free', error);
  }
}

/** Waits until somebody stops the command; that is how a hub ends, and no failure. */
export async function untilStopped({ signal }: Io, screen: Screen, { url }: HubServer): Promise<void> {
  screen.note(`\n${screen.colours.bold(url)}  Ctrl-C stops it.`);
  if (!signal.aborted)
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  screen.note('stopping …');
}
