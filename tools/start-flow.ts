/**
 * A data flow through the sandbox: word after word, what each tenant's music service finds becomes a file in its bucket, and is
 * read back and compared. It runs between fakes alone; where either end has real keys there is none.
 */
import { s3, s3Driver } from '@im/aws/s3';
import { type Clock, type Registry, sleep, systemClock } from '@im/core';
import type { SandboxRow } from '@im/server';
import { spotify } from '@im/spotify';
import { createObjectStore } from '@im/storage';

const words = ['a', 'tide', 'fire', 'night', 'o'];

/** What one tenant's flow has done so far. */
export interface FlowCount {
  readonly tenant: string;
  /** Files that were written and read back the same. */
  copied: number;
  /** Rounds that the weather ended. */
  failed: number;
  /** Files that came back as others: never, or something is wrong. */
  changed: number;
}

/** A running flow. Disposing it waits for the round under way. */
export interface DataFlow extends AsyncDisposable {
  /** One for each tenant. */
  readonly counts: readonly FlowCount[];
}

/** Begins it for every tenant that has both ends in the sandbox, a round every `everyMs`. */
export function startDataFlow({
  registry,
  rows,
  everyMs,
  clock = systemClock,
}: {
  readonly registry: Registry;
  readonly rows: readonly SandboxRow[];
  readonly everyMs: number;
  readonly clock?: Clock | undefined;
}): DataFlow {
  const stop = new AbortController();
  const { signal } = stop;
  const has = (tenant: string, provider: string) =>
    rows.some((row) => row.tenant === tenant && row.provider === provider && row.mode === 'sandbox');
  const counts = [...new Set(rows.map(({ tenant }) => tenant))]
    .filter((tenant) => has(tenant, spotify.id) && has(tenant, s3.id))
    .map((tenant): FlowCount => ({ tenant, copied: 0, failed: 0, changed: 0 }));

  const run = async (count: FlowCount) => {
    const tenant = registry.tenant(count.tenant);
    const music = tenant.get(spotify);
    const files = createObjectStore(s3Driver(tenant.get(s3)));
    for (let round = 0; !signal.aborted; round += 1) {
      const word = words[round % words.length] ?? '';
      const key = `catalogue/${word}.ndjson`;
      try {
        const tracks = await music.searchTracks(word, undefined, { limit: 50, signal }).toArray();
        const text = tracks.map((track) => `${JSON.stringify(track)}\n`).join('');
        await files.put(key, text, { signal });
        const isSame = (await (await files.get(key, { signal })).text()) === text;
        count[isSame ? 'copied' : 'changed'] += 1;
      } catch {
        // What failed stands in the statistics of the integration; the next round tries anew.
        if (!signal.aborted) count.failed += 1;
      }
      await Promise.allSettled([sleep(clock, everyMs, signal)]);
    }
  };
  const running = counts.map(run);
  return {
    counts,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all(running);
    },
  };
}
