/** An app and a user, and whom a token speaks for. */
import type { Player } from './player.ts';

/** Every scope of the Web API that the fake's users grant. */
export const allScopes: readonly string[] = [
  'playlist-read-private',
  'playlist-read-collaborative',
  'playlist-modify-public',
  'playlist-modify-private',
  'user-library-read',
  'user-library-modify',
  'user-read-private',
  'user-read-email',
  'user-follow-read',
  'user-follow-modify',
  'user-top-read',
  'user-read-playback-position',
  'user-read-playback-state',
  'user-read-recently-played',
  'user-read-currently-playing',
  'user-modify-playback-state',
  'ugc-image-upload',
];

/** A tenant's app and user. The fields that are not `readonly` may be changed by a test. */
export interface Account {
  readonly tenant: string;
  readonly userId: string;
  readonly clientId: string;
  /** Changed: the old one is refused at once, as when an app's secret is rotated. */
  clientSecret: string;
  /**
   * A refresh token that was granted beforehand, with {@link Account.scopes}. Changed: the old one is refused, and the new
   * one is granted, as when the account is connected anew.
   */
  refreshToken: string;
  /** The same for an app without a secret. Each refresh replaces it by another, which does not stand here. */
  pkceRefreshToken: string;
  displayName: string;
  /** ISO 3166-1 alpha-2. `undefined`: not known to the app, so that a call's market counts. */
  country: string | undefined;
  product: 'premium' | 'free';
  /** What the user agrees to, when asked, and has agreed to beforehand. */
  scopes: readonly string[];
  /** Whether the user agrees at the authorization page. */
  consents: boolean;
  /** Most calls of the app within 30 seconds. */
  callsPerWindow: number;
  /** Seconds that a 429 of the rate limit asks to wait; absent: until the window has room. */
  retryAfterSeconds: number | undefined;
  /** What is saved and followed: URI → milliseconds since 1970. */
  readonly library: Map<string, number>;
  readonly player: Player;
}

/** Whom a token speaks for. */
export interface Principal {
  readonly app: Account;
  /** Absent: the app itself. */
  readonly user: Account | undefined;
  readonly scopes: ReadonlySet<string>;
}
