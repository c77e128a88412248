/** What a session is. The cookie holds a token of chance and nothing else; all this lies in the state, under a digest of the token. */

/**
 * How sure the application is of who it is, after NIST SP 800-63B: 1, one factor; 2, two; 3, two of which one is a key in hardware that no
 * phisher can use.
 */
export type AssuranceLevel = 1 | 2 | 3;

/** One session. */
export interface Session {
  /** Names it in lists and logs; nobody can use it as the token. */
  readonly id: string;
  readonly tenant: string;
  /** Who it is, by the application's id. */
  readonly subject: string;
  readonly level: AssuranceLevel;
  /** By what it was shown, RFC 8176: `pwd`, `otp`, `hwk`. */
  readonly methods: readonly string[];
  /** Milliseconds since 1970, as are all instants. */
  readonly createdAt: number;
  /** When the person last showed who they are, by any factor. */
  readonly authenticatedAt: number;
  readonly lastSeenAt: number;
  /** It ends then, however busy it is. */
  readonly endsAt: number;
  /** What the browser called itself when it signed in, cut to 200 characters: for a list of devices. */
  readonly userAgent?: string | undefined;
  /** The application's own, small. */
  readonly data: Readonly<Record<string, string>>;
}

/** Somebody who signed in. */
export interface SignedIn {
  readonly subject: string;
  /** Default 1. */
  readonly level?: AssuranceLevel | undefined;
  readonly methods: readonly string[];
  readonly data?: Readonly<Record<string, string>> | undefined;
}

/** A session that has begun or gone up a level: its cookie must be set. */
export interface BegunSession {
  readonly session: Session;
  /** A value for the header `set-cookie`. */
  readonly cookie: string;
}
