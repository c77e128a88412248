/** Google's public keys for tokens of its accounts, kept for as long as Google says. */
import type { ClientOf, Clock } from '@im/core';
import type { PushKey } from './operations/push-keys.ts';
import type { pubsub } from './pubsub.ts';

/** The operation that verifying needs: a client of Pub/Sub has it. */
export type PushKeyClient = Pick<ClientOf<typeof pubsub>, 'getPushKeys'>;

/** An unknown key has the keys fetched again, but no more often than this: anybody can send one. */
const betweenFetchesMs = 60_000;

/** Finds keys by their id. */
export interface KeySource {
  /** @throws IntegrationError where the keys cannot be had and none are held that are still good */
  find(kid: string): Promise<PushKey | undefined>;
}

interface Held {
  readonly keys: ReadonlyMap<string, PushKey>;
  readonly fetchedAt: number;
  readonly goodUntil: number;
}

/** One fetch for all who wait; what is good stays when the next fetch fails. */
export function createKeySource(client: PushKeyClient, clock: Clock): KeySource {
  let held: Held | undefined;
  let fetching: Promise<Held> | undefined;

  const fetch = async (): Promise<Held> => {
    const { keys, goodForMs } = await client.getPushKeys();
    const fetchedAt = clock.now();
    held = { keys: new Map(keys.map((key) => [key.kid, key])), fetchedAt, goodUntil: fetchedAt + goodForMs };
    return held;
  };
  const fetchOnce = () =>
    (fetching ??= fetch().finally(() => {
      fetching = undefined;
    }));

  return {
    async find(kid) {
      const now = clock.now();
      const good = held !== undefined && now < held.goodUntil ? held : undefined;
      const known = good?.keys.get(kid);
      if (known !== undefined) return known;
      if (good !== undefined && now - good.fetchedAt < betweenFetchesMs) return undefined;
      return (await fetchOnce()).keys.get(kid);
    },
  };
}
