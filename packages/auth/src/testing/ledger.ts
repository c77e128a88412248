/** What the fake authorization server knows: clients, codes, families of refresh tokens, access tokens. */
import { createHash } from 'node:crypto';
import { type RandomBytes, randomToken } from '../common/random.ts';

/** A client that is registered. */
export interface FakeClient {
  readonly id: string;
  /** Absent: a public client. */
  readonly secret?: string | undefined;
  /** Absent: any address. */
  readonly redirectUris?: readonly string[] | undefined;
}

/** What a user granted to a client. */
export interface FakeGrant {
  readonly clientId: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly nonce?: string | undefined;
  /** Milliseconds since 1970. */
  readonly authenticatedAt: number;
}

interface Code {
  readonly grant: FakeGrant;
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  family?: Family;
}

interface Family {
  readonly grant: FakeGrant;
  current: string;
  isRevoked: boolean;
  readonly accessTokens: Set<string>;
}

/** Counts that a test looks at. */
export interface FakeCounts {
  /** Refreshes that were answered with tokens. */
  refreshes: number;
  /** Refresh tokens that came after they had been replaced. */
  reused: number;
}

/** How it answers. */
export interface LedgerOptions {
  readonly rotation: 'always' | 'never';
  readonly expiresInSeconds: number;
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

/** A refusal in the words of RFC 6749 §5.2. */
export class OAuthRefusal extends Error {
  readonly error: string;
  readonly status: number;
  constructor(error: string, status = 400) {
    super(error);
    this.error = error;
    this.status = status;
  }
}

/** What a token request brings. */
export interface IssuedPair {
  readonly access: string;
  readonly refresh: string | undefined;
  readonly grant: FakeGrant;
}

/** The books. */
export class Ledger {
  readonly counts: FakeCounts = { refreshes: 0, reused: 0 };
  readonly #options: LedgerOptions;
  readonly #codes = new Map<string, Code>();
  readonly #families = new Map<string, Family>();
  readonly #accessTokens = new Map<string, { readonly grant: FakeGrant; readonly expiresAt: number }>();

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  #token(): string {
    return randomToken(this.#options.randomBytes);
  }

  addCode(grant: FakeGrant, redirectUri: string, challenge: string | undefined): string {
    const code = this.#token();
    this.#codes.set(code, { grant, redirectUri, challenge });
    return code;
  }

  /** A code serves once; the second use ends what came of the first (RFC 6749 §4.1.2). */
  redeem(code: string, clientId: string, redirectUri: string | null, verifier: string | null): IssuedPair {
    const found = this.#codes.get(code);
    if (found === undefined || found.grant.clientId !== clientId) throw new OAuthRefusal('invalid_grant');
    if (found.family !== undefined) {
      this.#revoke(found.family);
      throw new OAuthRefusal('invalid_grant');
    }
    const isProven =
      found.challenge === undefined
        ? verifier === null
        : verifier !== null && createHash('sha256').update(verifier).digest('base64url') === found.challenge;
    if (!isProven || redirectUri !== found.redirectUri) throw new OAuthRefusal('invalid_grant');
    found.family = { grant: found.grant, current: '', isRevoked: false, accessTokens: new Set() };
    return this.#issue(found.family, true);
  }

  refresh(token: string, clientId: string): IssuedPair {
    const family = this.#families.get(token);
    if (family === undefined || family.isRevoked || family.grant.clientId !== clientId)
      throw new OAuthRefusal('invalid_grant');
    if (family.current !== token) {
      this.counts.reused += 1;
      this.#revoke(family);
      throw new OAuthRefusal('invalid_grant');
    }
    this.counts.refreshes += 1;
    return this.#issue(family, this.#options.rotation === 'always');
  }

  /** Tokens without a code: for client credentials, devices, and accounts that a test begins with. */
  issue(grant: FakeGrant, withRefresh: boolean): IssuedPair {
    return this.#issue({ grant, current: '', isRevoked: false, accessTokens: new Set() }, withRefresh);
  }

  #issue(family: Family, renewsRefresh: boolean): IssuedPair {
    const access = this.#token();
    family.accessTokens.add(access);
    this.#accessTokens.set(access, {
      grant: family.grant,
      expiresAt: this.#options.now() + this.#options.expiresInSeconds * 1_000,
    });
    if (!renewsRefresh) return { access, refresh: undefined, grant: family.grant };
    family.current = this.#token();
    this.#families.set(family.current, family);
    return { access, refresh: family.current, grant: family.grant };
  }

  /** The grant of an access token that is good now. */
  grantOf(access: string): FakeGrant | undefined {
    const found = this.#accessTokens.get(access);
    return found !== undefined && found.expiresAt > this.#options.now() ? found.grant : undefined;
  }

  /** The grant of a refresh token that would be taken now. */
  grantOfRefresh(token: string): FakeGrant | undefined {
    const family = this.#families.get(token);
    return family !== undefined && !family.isRevoked && family.current === token ? family.grant : undefined;
  }

  revoke(token: string): void {
    const family = this.#families.get(token);
    if (family !== undefined) this.#revoke(family);
    this.#accessTokens.delete(token);
  }

  #revoke(family: Family): void {
    family.isRevoked = true;
    for (const access of family.accessTokens) this.#accessTokens.delete(access);
  }

  expireAccessTokens(): void {
    this.#accessTokens.clear();
  }

  /** Ends everything that the user granted, as on the provider's own page. */
  revokeSubject(subject: string): void {
    for (const family of this.#families.values()) if (family.grant.subject === subject) this.#revoke(family);
  }
}
