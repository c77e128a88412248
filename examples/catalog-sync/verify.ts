/** Whether everything adds up: the files against the catalogue, and what crossed the wire against the wall between tenants. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Exchange } from '@im/testing';
import type { CatalogueRow } from './catalogue.ts';

/**
 * Compares an output with the rows that should be in it, in order.
 *
 * @returns what does not fit; empty when all is right
 */
export async function compareOutput(path: string, expected: readonly CatalogueRow[]): Promise<string[]> {
  const faults: string[] = [];
  let index = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const row = expected[index];
    index += 1;
    if (row === undefined) continue;
    if (line !== JSON.stringify(pick(row)) && faults.length < 5) {
      faults.push(`${path}:${index}: expected ${JSON.stringify(pick(row))}, found ${line.slice(0, 300)}`);
    }
  }
  if (index !== expected.length) faults.push(`${path}: ${index} rows, expected ${expected.length}`);
  return faults;
}

const pick = ({ playlist, track, artist, album, durationMs }: CatalogueRow) => ({
  playlist,
  track,
  artist,
  album,
  durationMs,
});

/** What the fake knows of one tenant. */
export interface TenantWorld {
  readonly tenant: string;
  readonly playlistIds: ReadonlySet<string>;
}

/**
 * Looks through everything that was sent: each access token must have asked for the playlists of one tenant only, and
 * each tenant must have used tokens of its own.
 *
 * @returns what does not fit; tokens are not named
 */
export function checkWall(exchanges: readonly Exchange[], worlds: readonly TenantWorld[]): string[] {
  const ownerOf = new Map(
    worlds.flatMap(({ tenant, playlistIds }) => [...playlistIds].map((id) => [id, tenant] as const)),
  );
  const tenantsOf = new Map<string, Set<string>>();
  const faults = new Set<string>();
  for (const { target, requestHeaders, responseBody, status } of exchanges) {
    const id = /^\/v1\/playlists\/([^/?]+)/.exec(target)?.[1];
    const authorization = requestHeaders.authorization;
    if (authorization === undefined || status !== 200) continue;
    const seen = id === undefined ? idsIn(target, responseBody) : [decodeURIComponent(id)];
    for (const playlist of seen) {
      const owner = ownerOf.get(playlist);
      if (owner === undefined) faults.add(`a playlist was read that is nobody's: ${playlist}`);
      else tenantsOf.set(authorization, (tenantsOf.get(authorization) ?? new Set()).add(owner));
    }
  }
  for (const tenants of tenantsOf.values()) {
    if (tenants.size > 1) faults.add(`one token read playlists of ${[...tenants].join(' and ')}`);
  }
  return [...faults];
}

/** Ids in the answer to "my playlists": what the account was shown. */
function idsIn(target: string, body: Uint8Array): string[] {
  if (!/^\/v1\/me\/playlists(\?|$)/.test(target)) return [];
  const answer: unknown = JSON.parse(Buffer.from(body).toString());
  const items = typeof answer === 'object' && answer !== null && 'items' in answer ? answer.items : [];
  return (Array.isArray(items) ? items : []).map((item: { id?: unknown }) => String(item.id));
}
