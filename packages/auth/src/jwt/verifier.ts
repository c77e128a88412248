/** Verifying tokens: what a resource of the application does with every request. */
import {
  type Clock,
  ConfigurationError,
  type ConfigurationFault,
  type IntegrationError,
  type Secret,
  systemClock,
} from '@im/core';
import { type AuditOptions, createAudit } from '../common/audit.ts';
import type { OneTime } from '../common/one-time.ts';
import { isAlgorithm, type JwtAlgorithm, publicKeyAlgorithms } from './algorithms.ts';
import { type Claims, type ClaimsRules, claimsFault, ownText } from './claims.ts';
import { createJwsVerifier, mediaType } from './jws.ts';
import type { VerificationKeys } from './key-set.ts';
import type { RevocationCheck } from './revocation.ts';
import { strictObject } from './strict-text.ts';

/** Settings of {@link createTokenVerifier}. */
export interface TokenVerifierOptions extends Pick<AuditOptions, 'logger' | 'onEvent'> {
  /** Who may have issued a token, compared to the letter. */
  readonly issuer: string | readonly string[];
  /** Whom it must be for: this service's own name. */
  readonly audience: string | readonly string[];
  /** Where keys come from: {@link createKeyRing}, {@link createRemoteKeySet}, {@link createKeySet}. */
  readonly keys: VerificationKeys;
  /** Algorithms that are accepted. Default: every one with a public key; a shared secret is accepted where `HS256` stands here. */
  readonly algorithms?: readonly JwtAlgorithm[] | undefined;
  /** What kind of token: the header's `typ`. Default `at+jwt`, an access token (RFC 9068 §2.1). `any` for issuers that set none. */
  readonly typ?: string | undefined;
  /** Seconds by which clocks may differ. Default 30, at most 60. */
  readonly toleranceSeconds?: number | undefined;
  /** Seconds from `iat` to `exp` at most. Default 86,400. */
  readonly maxLifetimeSeconds?: number | undefined;
  /** Claims that must be there beside `iss`, `aud`, `exp`, `iat`. Default `sub`. */
  readonly requiredClaims?: readonly string[] | undefined;
  /** Claim that must be the tenant given to `verify`. Default: tokens are of no tenant. The issuer of this package writes `tenant`. */
  readonly tenantClaim?: string | undefined;
  /** Bytes of a token at most. Default 8,192. */
  readonly maxBytes?: number | undefined;
  /** Asked last; a token that it names is refused. A failure of it refuses too, as `unavailable`. */
  readonly revocation?: RevocationCheck | undefined;
  /** Each token is accepted once, by its `jti`: for assertions and logout tokens. */
  readonly oneTime?: OneTime | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** What a call of {@link TokenVerifier.verify} is about. */
export interface VerifyCall {
  /** Whose data is asked for; needed where the verifier has a `tenantClaim`. */
  readonly tenant?: string | undefined;
}

/** A token that was verified. */
export interface VerifiedToken {
  readonly issuer: string;
  /** `sub`. */
  readonly subject: string;
  /** By the `tenantClaim`. */
  readonly tenant: string | undefined;
  /** `scope`, taken apart. */
  readonly scopes: readonly string[];
  /** `client_id`. */
  readonly clientId: string | undefined;
  /** `jti`. */
  readonly id: string | undefined;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Everything it says. */
  readonly claims: Claims;
  readonly algorithm: JwtAlgorithm;
  readonly keyId: string | undefined;
}

/** Verifies tokens of one kind. */
export interface TokenVerifier {
  /**
   * @throws {@link IntegrationError} `unauthenticated` when it is refused: the message is for the caller, `reason` names the check;
   * `unavailable` when keys or revocations cannot be had
   */
  verify(token: string | Secret, call?: VerifyCall): Promise<VerifiedToken>;
}

/** Reasons that come with every day and are no sign of an attack. */
const everyday: ReadonlySet<string> = new Set(['token_expired']);

/**
 * Makes a verifier.
 *
 * @throws {@link ConfigurationError} everything that is wrong with the settings
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  checkOptions(options);
  const { clock = systemClock, revocation, oneTime, typ = 'at+jwt', tenantClaim } = options;
  const rules: ClaimsRules = {
    issuers: new Set(listOf(options.issuer)),
    audiences: new Set(listOf(options.audience)),
    toleranceSeconds: options.toleranceSeconds ?? 30,
    maxLifetimeSeconds: options.maxLifetimeSeconds ?? 86_400,
    required: [...(options.requiredClaims ?? ['sub']), ...(oneTime === undefined ? [] : ['jti'])],
    tenantClaim,
  };
  const verifyJws = createJwsVerifier(options.keys, {
    algorithms: new Set(options.algorithms ?? publicKeyAlgorithms),
    typ: typ === 'any' ? undefined : mediaType(typ),
    maxBytes: options.maxBytes ?? 8_192,
  });
  const audit = createAudit({ logger: options.logger, onEvent: options.onEvent, clock });

  const refused = (reason: string, tenant: string | undefined, claim?: string): IntegrationError =>
    audit.refuse({
      type: 'token.refused',
      tenant: tenant ?? '',
      code: 'unauthenticated',
      reason,
      says: reason === 'token_expired' ? 'the token has expired' : 'the token was not accepted',
      detail: claim === undefined ? undefined : `claim ${claim}`,
      remedy: 'sign in again',
      isEveryday: everyday.has(reason),
    });

  return {
    async verify(given, { tenant } = {}) {
      const verified = await verifyJws(typeof given === 'string' ? given : given.reveal());
      if (typeof verified === 'string') throw refused(verified, tenant);
      const { header, payload } = verified;
      const claims = strictObject(payload);
      if (claims === undefined) throw refused('malformed_claims', tenant);
      const fault = claimsFault(claims, rules, clock.now() / 1_000, tenant);
      if (fault !== undefined) throw refused(fault.reason, tenant, fault.claim);
      const token = toVerified(claims, header.alg, header.kid, tenantClaim);
      if (revocation !== undefined && (await revocation.isRevoked(token)))
        throw refused('token_revoked', tenant);
      if (oneTime !== undefined) {
        const until = token.expiresAt + rules.toleranceSeconds * 1_000;
        if (!(await oneTime.use(token.issuer, token.id ?? '', until)))
          throw refused('token_replayed', tenant, 'jti');
      }
      return token;
    },
  };
}

function toVerified(
  claims: Claims,
  algorithm: JwtAlgorithm,
  keyId: string | undefined,
  tenantClaim: string | undefined,
): VerifiedToken {
  const scope = ownText(claims, 'scope');
  return {
    issuer: ownText(claims, 'iss') ?? '',
    subject: ownText(claims, 'sub') ?? '',
    tenant: tenantClaim === undefined ? undefined : ownText(claims, tenantClaim),
    scopes: scope === undefined || scope === '' ? [] : scope.split(' '),
    clientId: ownText(claims, 'client_id'),
    id: ownText(claims, 'jti'),
    issuedAt: Number(claims.iat) * 1_000,
    expiresAt: Number(claims.exp) * 1_000,
    claims,
    algorithm,
    keyId,
  };
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function checkOptions(options: TokenVerifierOptions): void {
  const faults: ConfigurationFault[] = [];
  const add = (path: string, says: string, remedy: string) => faults.push({ path, says, remedy });
  for (const path of ['issuer', 'audience'] as const) {
    const values = listOf(options[path]);
    if (values.length === 0 || values.includes(''))
      add(path, 'is empty', `name the ${path} that tokens must have`);
  }
  const { toleranceSeconds = 30, algorithms = publicKeyAlgorithms, maxLifetimeSeconds = 1 } = options;
  if (!(toleranceSeconds >= 0 && toleranceSeconds <= 60))
    add('toleranceSeconds', 'is not between 0 and 60', 'set the clocks instead');
  if (!(maxLifetimeSeconds > 0))
    add('maxLifetimeSeconds', 'is not above 0', 'give the longest life of a token');
  if (algorithms.length === 0) add('algorithms', 'is empty', 'name at least one');
  for (const name of algorithms)
    if (!isAlgorithm(name)) add('algorithms', 'names one that is not known here', 'leave it out');
  if (faults.length > 0) throw new ConfigurationError(faults, { subject: 'the token verifier' });
}
