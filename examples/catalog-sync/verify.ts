/** Whether everything adds up: the files against the catalogue, and what crossed the wire against the wall between tenants. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Exchange } from '@im/testing';
import { z } from 'zod';
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

/**
 * Looks through everything that was sent: each access token may have been shown and may have asked for the playlists
 * of one tenant only.
 *
 * @param worlds the playlists of each tenant, by name
 * @returns what does not fit; tokens are not named
 */
export function checkWall(
  exchanges: readonly Exchange[],
  worlds: readonly { readonly tenant: string; readonly playlists: readonly { readonly name: string }[] }[],
): string[] {
  const ownerOfName = new Map(
    worlds.flatMap(({ tenant, playlists }) => playlists.map(({ name }) => [name, tenant])),
  );
  const shown = exchanges.flatMap((exchange) => shownPlaylists(exchange));
  const ownerOfId = new Map(shown.map(({ id, name }) => [id, ownerOfName.get(name)]));

  const tenantsOf = new Map<string, Set<string>>();
  const faults = new Set<string>();
  const note = (token: string, id: string) => {
    const owner = ownerOfId.get(id);
    if (owner === undefined) faults.add(`a playlist was read that is nobody's: ${id}`);
    else tenantsOf.set(token, (tenantsOf.get(token) ?? new Set()).add(owner));
  };
  for (const exchange of exchanges) {
    const token = exchange.requestHeaders.authorization;
    if (token === undefined) continue;
    const asked = /^\/v1\/playlists\/([^/?]+)/.exec(exchange.target)?.[1];
    if (asked !== undefined) note(token, decodeURIComponent(asked));
    for (const { id } of shownPlaylists(exchange)) note(token, id);
  }
  for (const owners of tenantsOf.values()) {
    if (owners.size > 1) faults.add(`one token was used for playlists of ${[...owners].join(' and ')}`);
  }
  if (new Set([...tenantsOf.values()].flatMap((owners) => [...owners])).size > tenantsOf.size) {
    faults.add('the tenants did not use tokens of their own');
  }
  return [...faults];
}

const shownList = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });

/** The playlists that an answer to "my playlists" shows. */
function shownPlaylists({
  target,
  status,
  responseBody,
  fault,
}: Exchange): { readonly id: string; readonly name: string }[] {
  if (!/^\/v1\/me\/playlists(\?|$)/.test(target) || status !== 200 || fault !== undefined) return [];
  return shownList.parse(JSON.parse(Buffer.from(responseBody).toString())).items;
}
