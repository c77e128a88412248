/** Credentials that we sign ourselves: a JWT sent as it is, or traded for a token (RFC 7523). */
import { loadOptional, type Secret, Secret as SecretValue, VendorError } from '@im/core';
import { fingerprint, scopeOf, tokenKey } from './grants.ts';
import { requestTokens, type TokenContext } from './oauth-client.ts';
import { createTokenCache } from './token-cache.ts';
import type { TokenSource } from './token-source.ts';

/** Algorithms of RFC 7518 and RFC 8037 that sign with a private key. */
export type SigningAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA';

/** Options of {@link signedJwt}. */
export interface SignedJwtOptions {
  /** PKCS #8, PEM. */
  readonly privateKey: Secret | string;
  readonly algorithm: SigningAlgorithm;
  /** The header's `kid`. */
  readonly keyId?: string | undefined;
  readonly issuer: string;
  readonly subject?: string | undefined;
  /** Default, when it is traded: the token endpoint. */
  readonly audience?: string | readonly string[] | undefined;
  /** Seconds that a token is good for. Default 600. */
  readonly lifetimeSeconds?: number | undefined;
  /** More claims. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** Seconds that `iat` is set back, against clocks that differ. Default 30. */
  readonly backdateSeconds?: number | undefined;
  /** When the key ends, milliseconds since 1970, where that is known: announced as a forecast. */
  readonly keyExpiresAt?: number | undefined;
  /** Trades the JWT for an access token (RFC 7523 §2.1). Absent: the JWT itself is the credential. */
  readonly exchange?:
    | { readonly tokenUrl: string | URL; readonly scopes?: readonly string[] | undefined }
    | undefined;
}

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Milliseconds before its end at which a JWT of our own is made anew. */
const renewBeforeMs = 60_000;

/**
 * A source of JWTs signed here, or of the tokens they are traded for. Signing needs the package `jose`, an optional
 * peer of this one; without it the first call fails with `failed_precondition` and the command that installs it.
 */
export function signedJwt(context: TokenContext, options: SignedJwtOptions): TokenSource {
  if (options.keyExpiresAt !== undefined) {
    context.forecast({ kind: 'key', at: options.keyExpiresAt, what: 'the signing key expires' });
  }
  const { exchange } = options;
  if (exchange === undefined) return ownJwt(context, options);
  const endpoint = { tokenUrl: exchange.tokenUrl, clientId: options.issuer };
  const rest = JSON.stringify([options.subject, options.keyId, exchange.scopes, options.claims]);
  return createTokenCache(context, {
    key: tokenKey('jwt', endpoint, rest),
    by: fingerprint(endpoint, options.privateKey),
    issue: async (_stored, signal) => {
      const assertion = (await sign(context, options, String(exchange.tokenUrl))).jwt;
      return requestTokens(context, endpoint, signal, async ({ oauth, server, client, options: how }) =>
        oauth.processGenericTokenEndpointResponse(
          server,
          client,
          await oauth.genericTokenEndpointRequest(
            server,
            client,
            // The assertion itself says who asks.
            () => {},
            grantType,
            { assertion, ...scopeOf(exchange.scopes) },
            how,
          ),
        ),
      );
    },
  });
}

/** JWTs are made here and cost little, so they are shared in the process only. */
function ownJwt(context: TokenContext, options: SignedJwtOptions): TokenSource {
  let current: Promise<Signed> | undefined;
  const renew = () => {
    current = sign(context, options, undefined);
    return current;
  };
  const get = async (): Promise<Signed> => {
    const signed = await (current ?? renew());
    const lead = Math.min(renewBeforeMs, (signed.expiresAt - signed.issuedAt) / 5);
    return context.clock.now() < signed.expiresAt - lead ? signed : renew();
  };
  const toToken = ({ jwt, expiresAt }: Signed) => ({ value: new SecretValue(jwt), expiresAt });
  return {
    get: async ({ signal }) => {
      signal.throwIfAborted();
      return toToken(await get());
    },
    refresh: async (stale, { signal }) => {
      signal.throwIfAborted();
      const signed = await get();
      return toToken(signed.jwt === stale.value.reveal() ? await renew() : signed);
    },
  };
}

interface Signed {
  readonly jwt: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

async function sign(
  context: Pick<TokenContext, 'clock'>,
  options: SignedJwtOptions,
  defaultAudience: string | undefined,
): Promise<Signed> {
  const { importPKCS8, SignJWT } = await loadOptional('jose', 'signing a JWT', () => import('jose'));
  const now = context.clock.now();
  const issuedAt = Math.floor(now / 1_000) - (options.backdateSeconds ?? 30);
  const expiresAt = Math.floor(now / 1_000) + (options.lifetimeSeconds ?? 600);
  const audience = options.audience ?? defaultAudience;
  const jwt = new SignJWT({ ...options.claims })
    .setProtectedHeader({ alg: options.algorithm, typ: 'JWT', ...(options.keyId && { kid: options.keyId }) })
    .setIssuer(options.issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt);
  if (options.subject !== undefined) jwt.setSubject(options.subject);
  if (audience !== undefined) jwt.setAudience(typeof audience === 'string' ? audience : [...audience]);
  const pem = typeof options.privateKey === 'string' ? options.privateKey : options.privateKey.reveal();
  try {
    return {
      jwt: await jwt.sign(await importPKCS8(pem, options.algorithm)),
      issuedAt: now,
      expiresAt: expiresAt * 1_000,
    };
  } catch {
    // The library's error may quote the key.
    throw new VendorError({
      sent: false,
      code: 'unauthenticated',
      reason: 'bad_key',
      says: `the private key cannot sign with ${options.algorithm}; give a PKCS #8 PEM that fits`,
    });
  }
}
