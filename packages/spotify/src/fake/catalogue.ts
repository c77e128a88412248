/** What the fake's world is made of: rows of tracks in playlists, and ids that follow from their content. */
import { createHash } from 'node:crypto';

/** One place in a playlist, as data. Rows that are equal but for `popularity` and `explicit` are the same track. */
export interface CatalogueTrack {
  readonly name: string;
  readonly artist: string;
  readonly album: string;
  /** `2019`, `2019-06` or `2019-06-14`. Default: `2020`. */
  readonly releaseDate?: string | undefined;
  readonly durationMs: number;
  /** 0 to 100. Default 0. */
  readonly popularity?: number | undefined;
  /** Default false. */
  readonly explicit?: boolean | undefined;
  /** Where it can be played: ISO 3166-1 alpha-2. Default: in every market of the fake. */
  readonly markets?: readonly string[] | undefined;
}

/** A playlist and whose it is. Two of the same name and owner are two playlists. */
export interface CataloguePlaylist {
  readonly name: string;
  /** Tenant whose account owns it. */
  readonly owner: string;
  /** Default true. */
  readonly public?: boolean | undefined;
  readonly description?: string | undefined;
  /** In order; a track may stand in it more than once. */
  readonly tracks: readonly CatalogueTrack[];
}

/** What `fake.load` takes. */
export interface Catalogue {
  readonly playlists: readonly CataloguePlaylist[];
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 22 base-62 digits, as Spotify's ids are, that follow from `parts` alone. */
export function idOf(...parts: readonly (string | number)[]): string {
  return digitsOf(parts, 22);
}

/** As many base-62 digits as wanted, up to 43. */
export function digitsOf(parts: readonly (string | number)[], length: number): string {
  let number = BigInt(`0x${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`);
  let text = '';
  while (text.length < length) {
    text += digits[Number(number % 62n)];
    number /= 62n;
  }
  return text;
}

/** Id of the artist of this name. */
export const artistIdOf = (name: string): string => idOf('artist', name);

/** Id of an artist's album. */
export const albumIdOf = ({ artist, album, releaseDate }: CatalogueTrack): string =>
  idOf('album', artist, album, releaseDate ?? '2020');

/** Id of a track. */
export const trackIdOf = (track: CatalogueTrack): string =>
  idOf('track', track.name, track.artist, track.album, track.releaseDate ?? '2020', track.durationMs);

/** Id of a tenant's playlist; `copy` counts those of the same name and owner from 0. */
export const playlistIdOf = (owner: string, name: string, copy = 0): string =>
  copy === 0 ? idOf('playlist', owner, name) : idOf('playlist', owner, name, copy);

/** Id of a tenant's user. */
export const userIdOf = (tenant: string): string => digitsOf(['user', tenant], 25).toLowerCase();
