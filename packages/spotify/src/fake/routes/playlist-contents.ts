/** What stands in a playlist, at the path of 2026 and at the one before. */
import type { FakeRequest } from '@im/testing';
import type { Account } from '../account.ts';
import { pickFields } from '../fields.ts';
import { changedPlaylist, entryView, modifyScopes, seenPlaylist } from '../playlist-view.ts';
import { type Entry, type Playlist, setEntries } from '../playlists.ts';
import * as render from '../render.ts';
import { bodyOf, integer, isObject, page, placeOf, refuse, strings } from '../requests.ts';
import { mayEnter, type State, userOf } from '../state.ts';
import type { RouteTable } from './table.ts';

const mostItems = 100;

export function playlistContentRoutes(state: State): RouteTable {
  const newEntries = (uris: readonly string[], user: Account): Entry[] => {
    if (uris.length > mostItems) refuse(400, `You can add a maximum of ${mostItems} tracks per request.`);
    for (const uri of uris) {
      if (!/^spotify:(track|episode):/.test(uri) || render.playable(plainView(state), uri) === undefined) {
        refuse(400, 'Invalid track uri');
      }
    }
    return uris.map((uri) => ({ uri, addedAt: state.clock.now(), addedBy: user.userId }));
  };
  const versionOf = (playlist: Playlist, snapshotId: unknown): readonly Entry[] => {
    if (snapshotId === undefined) return playlist.entries;
    const version = typeof snapshotId === 'string' ? playlist.versions.get(snapshotId) : undefined;
    return version ?? refuse(400, 'Invalid snapshot id');
  };
  const urisOf = (request: FakeRequest, body: Readonly<Record<string, unknown>>): string[] | undefined =>
    request.query.get('uris')?.split(',') ?? strings(body.uris);

  const reorder = (playlist: Playlist, body: Readonly<Record<string, unknown>>): string => {
    const start = whole(body.range_start) ?? refuse(400, 'Missing required field: range_start');
    const before = whole(body.insert_before) ?? refuse(400, 'Missing required field: insert_before');
    const length = whole(body.range_length) ?? 1;
    const version = versionOf(playlist, body.snapshot_id);
    if (start + length > version.length || before > version.length) refuse(400, 'Index out of bounds');
    const moving = new Set(version.slice(start, start + length));
    const staying = playlist.entries.filter((entry) => !moving.has(entry));
    const present = new Set(staying);
    // In front of the first that followed in that version and is still there; else to the end.
    const target = version.slice(before).find((entry) => present.has(entry));
    const at = target === undefined ? staying.length : staying.indexOf(target);
    const moved = playlist.entries.filter((entry) => moving.has(entry));
    return setEntries(playlist, [...staying.slice(0, at), ...moved, ...staying.slice(at)]);
  };
  const remove = (playlist: Playlist, listed: unknown, snapshotId: unknown): string => {
    if (!Array.isArray(listed) || listed.length === 0) return refuse(400, 'Missing required field: items');
    if (listed.length > mostItems)
      return refuse(400, `You can remove a maximum of ${mostItems} tracks per request.`);
    const uris = new Set(listed.map((entry) => (isObject(entry) ? entry.uri : undefined)));
    const gone = new Set(versionOf(playlist, snapshotId).filter((entry) => uris.has(entry.uri)));
    const left = playlist.entries.filter((entry) => !gone.has(entry));
    return left.length === playlist.entries.length ? playlist.snapshotId : setEntries(playlist, left);
  };
  /** Reading and changing contents, at the new path and at the old one. */
  const contentsAt = (segment: 'items' | 'tracks'): RouteTable => ({
    [`GET /playlists/:playlist_id/${segment}`]: {
      run: (request, who) => {
        const playlist = seenPlaylist(state, request, who);
        if (!mayEnter(playlist, who.user)) return refuse(403, 'Forbidden');
        if (!playlist.public && !who.scopes.has('playlist-read-private'))
          return refuse(403, 'Insufficient client scope');
        const place = placeOf(request, state.base, { most: segment === 'items' ? 50 : 100 });
        const show = entryView(state, request, who, segment === 'items' ? 'item' : 'track');
        return { json: pickFields(page(playlist.entries, place, show), request.query.get('fields')) };
      },
    },
    [`POST /playlists/:playlist_id/${segment}`]: {
      scopes: modifyScopes,
      run: (request, who) => {
        const playlist = changedPlaylist(state, request, who);
        const body = bodyOf(request);
        const uris = urisOf(request, body) ?? refuse(400, 'Missing required field: uris');
        const last = playlist.entries.length;
        const asked = integer(request, 'position', {
          min: 0,
          max: last,
          default: whole(body.position) ?? last,
        });
        if (asked > last) return refuse(400, 'Index out of bounds');
        const added = newEntries(uris, userOf(who));
        const next = [...playlist.entries.slice(0, asked), ...added, ...playlist.entries.slice(asked)];
        return { status: 201, json: { snapshot_id: setEntries(playlist, next) } };
      },
    },
    [`PUT /playlists/:playlist_id/${segment}`]: {
      scopes: modifyScopes,
      run: (request, who) => {
        const playlist = changedPlaylist(state, request, who);
        const body = bodyOf(request);
        const uris = urisOf(request, body);
        const snapshot =
          uris === undefined ? reorder(playlist, body) : setEntries(playlist, newEntries(uris, userOf(who)));
        return { json: { snapshot_id: snapshot } };
      },
    },
    [`DELETE /playlists/:playlist_id/${segment}`]: {
      scopes: modifyScopes,
      run: (request, who) => {
        const playlist = changedPlaylist(state, request, who);
        const body = bodyOf(request);
        return { json: { snapshot_id: remove(playlist, body[segment], body.snapshot_id) } };
      },
    },
  });

  return { ...contentsAt('items'), ...contentsAt('tracks') };
}

const plainView = (state: State): render.View => ({
  world: state.world,
  base: state.base,
  market: undefined,
});

/** A whole number from 0; absent stays absent. */
function whole(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  return Number.isInteger(value) && Number(value) >= 0
    ? Number(value)
    : refuse(400, 'Invalid request: expected a position');
}
