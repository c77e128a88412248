import { type Call, idempotent, type Page, pages, read } from '@im/core';
import { cursorPage, fromCursor, none } from '@im/http';
import { z } from 'zod';
import { toArtist, toTrack } from '../map/music.ts';
import { toCurrentUser, toUser } from '../map/playlists.ts';
import type { Artist } from '../model/music.ts';
import { wireBooleans, wireCursorPaging, wirePaging } from '../wire/common.ts';
import { wireArtist, wireTrack } from '../wire/music.ts';
import { wireCurrentUser, wireUser } from '../wire/playlists.ts';
import { offsetQuery, pageLimit, toPage, usualPage } from './paging.ts';
import { batch, type Connection, noSuccessor, notes, path } from './shared.ts';

/** How far back tastes are looked at: about 4 weeks, 6 months, 1 year. */
export type TimeRange = 'short_term' | 'medium_term' | 'long_term';

/** Whom one can follow. */
export type Followable = 'artist' | 'user';

const topScope = ['user-top-read'];
const modify = ['user-follow-modify'];
const wireArtists = wirePaging(wireArtist);
const wireTracks = wirePaging(wireTrack);
const wireFollowed = z.object({ artists: wireCursorPaging(wireArtist) });

export const userOperations = ({ http }: Connection) => ({
  /** The connected user. */
  getCurrentUser: read(
    async (call: Call) => toCurrentUser(await http.get('me', wireCurrentUser, call)),
    notes('get-current-users-profile', ['user-read-private', 'user-read-email']),
  ),
  /**
   * A user as everybody sees it.
   * @deprecated since February 2026: the vendor names no successor and closes it to new apps.
   */
  getUser: read(
    async (userId: string, call: Call) => toUser(await http.get(path`users/${userId}`, wireUser, call)),
    notes('get-users-profile', [], `since February 2026: ${noSuccessor}`),
  ),
  /** The artists the connected user likes most. `timeRange`: default `medium_term`. */
  listTopArtists: pages(
    read(
      async (timeRange: TimeRange | undefined, call: Call) => {
        const query = { time_range: timeRange, ...offsetQuery(call) };
        return toPage(await http.get('me/top/artists', wireArtists, call, { query }), toArtist);
      },
      notes('get-users-top-artists', topScope),
    ),
  ),
  /** The tracks the connected user likes most. `timeRange`: default `medium_term`. */
  listTopTracks: pages(
    read(
      async (timeRange: TimeRange | undefined, call: Call) => {
        const query = { time_range: timeRange, ...offsetQuery(call) };
        return toPage(await http.get('me/top/tracks', wireTracks, call, { query }), toTrack);
      },
      notes('get-users-top-tracks', topScope),
    ),
  ),
  /** The artists the connected user follows. */
  listFollowedArtists: pages(
    read(
      async (call: Call): Promise<Page<Artist>> => {
        const query = { type: 'artist', after: fromCursor(call), limit: pageLimit(call, usualPage) };
        const { artists } = await http.get('me/following', wireFollowed, call, { query });
        const next = artists.next === undefined ? undefined : artists.cursors?.after;
        return cursorPage(artists.items.map(toArtist), next, artists.total);
      },
      notes('get-followed', ['user-follow-read']),
    ),
  ),
  /**
   * Follows up to 50 artists or users by id.
   * @deprecated since February 2026: use `saveToLibrary`.
   */
  follow: idempotent(
    async (type: Followable, ids: readonly string[], call: Call): Promise<void> =>
      http.put('me/following', none, call, { query: { type, ids: batch(ids, 50) } }),
    notes('follow-artists-users', modify, 'since February 2026: use saveToLibrary'),
  ),
  /**
   * Stops following up to 50 artists or users by id.
   * @deprecated since February 2026: use `removeFromLibrary`.
   */
  unfollow: idempotent(
    async (type: Followable, ids: readonly string[], call: Call): Promise<void> =>
      http.delete('me/following', none, call, { query: { type, ids: batch(ids, 50) } }),
    notes('unfollow-artists-users', modify, 'since February 2026: use removeFromLibrary'),
  ),
  /**
   * Whether each of up to 50 artists or users is followed, in the order of the ids.
   * @deprecated since February 2026: use `checkLibrary`.
   */
  checkFollows: read(
    async (type: Followable, ids: readonly string[], call: Call): Promise<readonly boolean[]> =>
      http.get('me/following/contains', wireBooleans, call, { query: { type, ids: batch(ids, 50) } }),
    notes('check-current-user-follows', ['user-follow-read'], 'since February 2026: use checkLibrary'),
  ),
});
