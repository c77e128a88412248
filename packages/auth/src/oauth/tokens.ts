/** Tokens as a vendor issued them. */
import { Secret } from '@im/core';
import type { ExternalIdentity } from '../common/principal.ts';
import type { ConnectedAccount, OAuthProvider } from './provider.ts';

/** What a token request brought. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** `dpop`: to be sent with a proof of the key that it is bound to (RFC 9449). */
  readonly tokenType: 'bearer' | 'dpop';
  /** Milliseconds since 1970. Absent: it has no end that is known. */
  readonly expiresAt?: number | undefined;
  /** Absent: none was issued; the one before stays good. */
  readonly refreshToken?: Secret | undefined;
  /** Milliseconds since 1970. */
  readonly refreshExpiresAt?: number | undefined;
  /** What was granted; as asked, where the answer does not say (RFC 6749 §5.1). */
  readonly scopes: readonly string[];
  readonly idToken?: Secret | undefined;
  /** Who signed in, by a verified ID token. */
  readonly identity?: ExternalIdentity | undefined;
  /** Which account it is, where the vendor says so. */
  readonly account?: ConnectedAccount | undefined;
  /** What else stood in the answer and is no token, such as Salesforce's `instance_url`. */
  readonly more: Readonly<Record<string, unknown>>;
}

const day = 86_400_000;

/** Names that are read here, or that hold something secret. */
const taken =
  /^(access_token|refresh_token|id_token|token_type|expires_in|refresh_token_expires_in|refresh_expires_in|scope)$|token|secret/i;

/** Reads an answer of RFC 6749 §5.1. `now` is when it was asked for, which is not after its lifetimes begin. */
export function toTokenSet(
  answer: Readonly<Record<string, unknown>>,
  provider: OAuthProvider,
  now: number,
  asked: readonly string[],
): TokenSet {
  const life = secondsOf(answer.expires_in) ?? provider.accessTokenSeconds;
  const { lifetimeDays, idleDays } = provider.refresh ?? {};
  const days = lifetimeDays ?? idleDays;
  const refreshLife =
    secondsOf(answer.refresh_token_expires_in) ??
    secondsOf(answer.refresh_expires_in) ??
    (days === undefined || answer.refresh_token === undefined ? undefined : (days * day) / 1_000);
  return {
    accessToken: new Secret(String(answer.access_token)),
    tokenType: String(answer.token_type).toLowerCase() === 'dpop' ? 'dpop' : 'bearer',
    expiresAt: life === undefined ? undefined : now + life * 1_000,
    refreshToken: secretOf(answer.refresh_token),
    refreshExpiresAt: refreshLife === undefined ? undefined : now + refreshLife * 1_000,
    scopes: typeof answer.scope === 'string' ? scopesOf(answer.scope) : asked,
    idToken: secretOf(answer.id_token),
    account: provider.account?.(answer),
    more: Object.fromEntries(
      Object.entries(answer).filter(([name, value]) => !taken.test(name) && isPlain(value)),
    ),
  };
}

/** Scopes out of a text; vendors separate them by spaces, commas or both. */
export function scopesOf(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((scope) => scope !== ''))];
}

/** Those of `needed` that are not in `granted`, where the vendor's other names count as the same. */
export function missingScopes(
  granted: readonly string[],
  needed: readonly string[],
  { scopeAliases = {} }: Pick<OAuthProvider, 'scopeAliases'> = {},
): readonly string[] {
  const has = new Set(granted);
  return needed.filter((scope) => !has.has(scope) && !has.has(scopeAliases[scope] ?? scope));
}

function secretOf(value: unknown): Secret | undefined {
  return typeof value === 'string' && value !== '' ? new Secret(value) : undefined;
}

function secondsOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
