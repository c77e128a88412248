/** Who the tenants are, and which playlists are whose. */
import type { ResilienceInput } from '@im/core';
import type { CataloguePlaylist, CatalogueTrack } from '@im/spotify/testing';
import type { CatalogueRow } from './catalogue.ts';

/** Two tenants with limits of their own. Faults come thick here, so more attempts and a larger budget than usual. */
export const tenants = [
  { tenant: 'acme', resilience: limited(80) },
  { tenant: 'zest', resilience: limited(50) },
] as const;

function limited(callsPerSecond: number): ResilienceInput {
  return {
    rateLimit: { limit: callsPerSecond, windowMs: 1_000 },
    retry: { maxAttempts: 6, initialMs: 50, maxMs: 2_000 },
    retryBudget: { ratio: 0.5, minimum: 50 },
  };
}

/** One tenant's part of the catalogue. */
export interface Half {
  readonly tenant: string;
  readonly playlists: readonly CataloguePlaylist[];
  /** The rows that its output should hold: by playlist, in the order in which playlists first occur. */
  readonly expected: readonly CatalogueRow[];
}

/** Gives the playlists to the tenants in turn. Each row stays a place in its playlist, in its order, also when it stands there twice. */
export function splitCatalogue(rows: readonly CatalogueRow[]): readonly Half[] {
  const byPlaylist = new Map<string, CatalogueRow[]>();
  for (const row of rows) {
    const known = byPlaylist.get(row.playlist);
    if (known === undefined) byPlaylist.set(row.playlist, [row]);
    else known.push(row);
  }
  return tenants.map(({ tenant }, turn) => {
    const mine = [...byPlaylist].filter((_, index) => index % tenants.length === turn);
    return {
      tenant,
      playlists: mine.map(([name, items]) => ({ name, owner: tenant, tracks: items.map(toTrack) })),
      expected: mine.flatMap(([, items]) => items),
    };
  });
}

const toTrack = ({ track, artist, album, durationMs }: CatalogueRow): CatalogueTrack => ({
  name: track,
  artist,
  album,
  durationMs,
});
