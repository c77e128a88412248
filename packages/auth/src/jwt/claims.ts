/** Claims of a token whose signature is right: what must be there, of which type, and when it holds (RFC 7519 §4.1, RFC 9068 §4). */

/** Why claims are refused. */
export type ClaimsRefusal =
  | 'malformed_claims'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'missing_claim'
  | 'malformed_time'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'issued_in_future'
  | 'lifetime_too_long'
  | 'wrong_tenant';

/** What claims must say. */
export interface ClaimsRules {
  readonly issuers: ReadonlySet<string>;
  readonly audiences: ReadonlySet<string>;
  readonly toleranceSeconds: number;
  readonly maxLifetimeSeconds: number;
  readonly required: readonly string[];
  readonly tenantClaim: string | undefined;
}

/** Claims, not yet known to be right. */
export type Claims = Readonly<Record<string, unknown>>;

/** @returns why the claims are refused, and which one; `undefined` when they are right */
export function claimsFault(
  claims: Claims,
  rules: ClaimsRules,
  nowSeconds: number,
  tenant: string | undefined,
): { readonly reason: ClaimsRefusal; readonly claim: string } | undefined {
  const fault = (reason: ClaimsRefusal, claim: string) => ({ reason, claim });
  if (typeof claims.iss !== 'string' || !rules.issuers.has(claims.iss)) return fault('wrong_issuer', 'iss');
  if (!hasAudience(claims.aud, rules.audiences)) return fault('wrong_audience', 'aud');
  for (const name of rules.required) {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    if (value === undefined || value === null || value === '') return fault('missing_claim', name);
  }
  const { exp, iat, nbf } = claims;
  if (!isTime(exp)) return fault(exp === undefined ? 'missing_claim' : 'malformed_time', 'exp');
  if (!isTime(iat)) return fault(iat === undefined ? 'missing_claim' : 'malformed_time', 'iat');
  if (nbf !== undefined && !isTime(nbf)) return fault('malformed_time', 'nbf');
  if (exp <= nowSeconds - rules.toleranceSeconds) return fault('token_expired', 'exp');
  if (nbf !== undefined && nbf > nowSeconds + rules.toleranceSeconds)
    return fault('token_not_yet_valid', 'nbf');
  if (iat > nowSeconds + rules.toleranceSeconds) return fault('issued_in_future', 'iat');
  if (exp - iat > rules.maxLifetimeSeconds) return fault('lifetime_too_long', 'exp');
  const { tenantClaim } = rules;
  if (tenantClaim !== undefined && (typeof tenant !== 'string' || ownText(claims, tenantClaim) !== tenant))
    return fault('wrong_tenant', tenantClaim);
  return undefined;
}

/** A claim that is a text. */
export function ownText(claims: Claims, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** One of ours to the letter, alone or in a list of texts. */
function hasAudience(aud: unknown, ours: ReadonlySet<string>): boolean {
  if (typeof aud === 'string') return ours.has(aud);
  if (!Array.isArray(aud) || aud.length === 0) return false;
  return aud.every((one) => typeof one === 'string') && aud.some((one) => ours.has(one));
}

/** A NumericDate: `1e400` is Infinity once parsed, and not a time. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
