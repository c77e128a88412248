/** Issuing access tokens of the application's own (RFC 9068). */
import {
  type Clock,
  ConfigurationError,
  IntegrationError,
  loadOptional,
  Secret,
  systemClock,
} from '@im/core';
import { type RandomBytes, randomToken, systemRandomBytes } from '../common/random.ts';
import type { SigningKeys } from './key-ring.ts';

/** Settings of {@link createTokenIssuer}. */
export interface TokenIssuerOptions {
  /** `iss`: an https address of this application. */
  readonly issuer: string;
  /** `aud`: the services that the tokens are for, unless a token says otherwise. */
  readonly audience: string | readonly string[];
  readonly keys: SigningKeys;
  /** Default `at+jwt`. */
  readonly typ?: string | undefined;
  /** Seconds that a token is good for. Default 600. */
  readonly lifetimeSeconds?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** What a token says. */
export interface TokenRequest {
  /** `sub`: the person's or machine's id in the application. */
  readonly subject: string;
  /** `tenant`: whose data it opens. */
  readonly tenant?: string | undefined;
  /** `client_id`: the program that it was issued to. */
  readonly clientId?: string | undefined;
  /** `scope`. */
  readonly scopes?: readonly string[] | undefined;
  readonly audience?: string | readonly string[] | undefined;
  readonly lifetimeSeconds?: number | undefined;
  /** More claims. They cannot replace those above. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** A token that was issued. */
export interface IssuedToken {
  readonly value: Secret;
  /** `jti`, by which it can be revoked. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly lifetimeSeconds: number;
}

/** Issues tokens. */
export interface TokenIssuer {
  readonly issuer: string;
  /** @throws {@link IntegrationError} `invalid_argument`: a claim of this list was given twice, or a text is empty */
  issue(request: TokenRequest): Promise<IssuedToken>;
}

const ownClaims = ['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'sub', 'tenant', 'client_id', 'scope'] as const;

/**
 * Makes an issuer.
 *
 * @throws {@link ConfigurationError} everything that is wrong with the settings
 */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { issuer, keys, typ = 'at+jwt', clock = systemClock, randomBytes = systemRandomBytes } = options;
  const faults = [
    ...(issuer === ''
      ? [{ path: 'issuer', says: 'is empty', remedy: 'give the address of this application' }]
      : []),
    ...(options.audience.length === 0
      ? [{ path: 'audience', says: 'is empty', remedy: 'name who the tokens are for' }]
      : []),
    ...(options.lifetimeSeconds !== undefined && !(options.lifetimeSeconds > 0)
      ? [{ path: 'lifetimeSeconds', says: 'is not above 0', remedy: 'give the life of a token' }]
      : []),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults, { subject: 'the token issuer' });
  return {
    issuer,
    async issue({ subject, tenant, clientId, scopes, claims = {}, ...request }) {
      const taken = ownClaims.filter((name) => Object.hasOwn(claims, name));
      if (taken.length > 0)
        throw invalid(`claims may not hold ${taken.join(', ')}`, 'use the fields of the request');
      if (subject === '' || tenant === '')
        throw invalid('subject and tenant may not be empty', 'leave the tenant out');
      const { CompactSign } = await loadOptional('jose', 'signing a token', () => import('jose'));
      const { kid, algorithm, key } = await keys.signing();
      const now = Math.floor(clock.now() / 1_000);
      const lifetimeSeconds = request.lifetimeSeconds ?? options.lifetimeSeconds ?? 600;
      const exp = now + lifetimeSeconds;
      const jti = randomToken(randomBytes, 16);
      const payload = {
        ...claims,
        iss: issuer,
        aud: request.audience ?? options.audience,
        sub: subject,
        iat: now,
        exp,
        jti,
        ...(tenant !== undefined && { tenant }),
        ...(clientId !== undefined && { client_id: clientId }),
        ...(scopes !== undefined && { scope: scopes.join(' ') }),
      };
      const value = await new CompactSign(Buffer.from(JSON.stringify(payload)))
        .setProtectedHeader({ alg: algorithm, kid, typ })
        .sign(key);
      return { value: new Secret(value), id: jti, expiresAt: exp * 1_000, lifetimeSeconds };
    },
  };
}

function invalid(what: string, remedy: string): IntegrationError {
  return new IntegrationError(what, { code: 'invalid_argument', reason: 'bad_token_request', remedy });
}
