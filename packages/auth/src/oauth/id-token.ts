/**
 * Who signed in, by an ID token (OpenID Connect Core §3.1.3.7). The library compares `iss`, `aud`, `azp`, `exp`, `iat`, `nonce` and `auth_time`;
 * here its signature is verified with the issuer's published keys, always, although §3.1.3.7 no. 6 would let TLS do, and by the strict reading of
 * `../jwt`.
 */
import { type Clock, IntegrationError } from '@im/core';
import type { ExternalIdentity } from '../common/principal.ts';
import { type JwtAlgorithm, publicKeyAlgorithms } from '../jwt/algorithms.ts';
import { createJwsVerifier, type VerifyJws } from '../jwt/jws.ts';
import type { VerificationKeys } from '../jwt/key-set.ts';
import { strictObject } from '../jwt/strict-text.ts';

/** Claims of a verified ID token. */
export type IdTokenClaims = Readonly<Record<string, unknown>>;

/** Verifies signatures of ID tokens. */
export type VerifyIdToken = (idToken: string) => Promise<IdTokenClaims>;

/** Makes it. `none` and shared secrets are never accepted. */
export function createIdTokenVerifier(keys: VerificationKeys): VerifyIdToken {
  const verify: VerifyJws = createJwsVerifier(keys, {
    algorithms: new Set<JwtAlgorithm>(publicKeyAlgorithms),
    typ: undefined,
    maxBytes: 16_384,
  });
  return async (idToken) => {
    const verified = await verify(idToken);
    if (typeof verified === 'string') throw refused(verified);
    const { typ } = verified.header;
    // An access or logout token is no ID token (RFC 8725 §3.11); most issuers write JWT or nothing.
    if (typ !== undefined && typ !== 'jwt') throw refused('wrong_type');
    const claims = strictObject(verified.payload);
    if (claims === undefined) throw refused('malformed_claims');
    return claims;
  };
}

function refused(reason: string): IntegrationError {
  return new IntegrationError('the sign-in was not accepted', {
    code: 'unauthenticated',
    reason,
    remedy: 'begin again',
  });
}

/** Claims that some issuers put groups or roles into. */
const groupClaims = ['groups', 'roles'] as const;

/** The identity that the claims tell of. */
export function toIdentity(claims: IdTokenClaims, tenant: string, clock: Clock): ExternalIdentity {
  const text = (name: string) => (typeof claims[name] === 'string' ? (claims[name] as string) : undefined);
  const number = (name: string) => (typeof claims[name] === 'number' ? (claims[name] as number) : undefined);
  const groups = groupClaims.map((name) => listOf(claims[name])).find((list) => list !== undefined);
  const { nonce: _nonce, at_hash: _accessHash, c_hash: _codeHash, ...shown } = claims;
  // Apple writes the truth value as a text: https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple
  const verified = claims.email_verified;
  return {
    issuer: text('iss') ?? '',
    subject: text('sub') ?? '',
    tenant,
    email: text('email'),
    emailVerified: verified === undefined ? undefined : verified === true || verified === 'true',
    name: text('name') ?? text('preferred_username'),
    groups,
    claims: shown,
    authenticatedAt: (number('auth_time') ?? number('iat') ?? clock.now() / 1_000) * 1_000,
    method: 'oidc',
    acr: text('acr'),
    amr: listOf(claims.amr),
  };
}

function listOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}
