/** Tokens bound to a key that the client proves with every request (RFC 9449). */
import { type Clock, loadOptional, Secret, systemClock } from '@im/core';
import type { CryptoKey, JWK } from 'jose';
import type * as OAuth from 'oauth4webapi';
import { digestOf, type RandomBytes, randomToken, systemRandomBytes } from '../common/random.ts';

const algorithm = 'ES256';
const jose = () => loadOptional('jose', 'DPoP', () => import('jose'));

/** A new key, as the JSON of its private JWK; kept with the tokens that are bound to it. */
export async function createDpopKey(): Promise<Secret> {
  const { exportJWK, generateKeyPair } = await jose();
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return new Secret(JSON.stringify(await exportJWK(privateKey)));
}

interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

async function pairOf(key: Secret): Promise<KeyPair> {
  const { importJWK } = await jose();
  const { d, ...publicJwk } = JSON.parse(key.reveal()) as JWK;
  return {
    privateKey: (await importJWK({ ...publicJwk, d, ext: false } as JWK, algorithm)) as CryptoKey,
    publicKey: (await importJWK({ ...publicJwk, ext: true } as JWK, algorithm)) as CryptoKey,
    publicJwk,
  };
}

/** What the library needs to prove the key in token requests; it remembers the server's nonces. */
export async function dpopHandle(
  oauth: typeof OAuth,
  client: OAuth.Client,
  key: Secret,
): Promise<OAuth.DPoPHandle> {
  const { privateKey, publicKey } = await pairOf(key);
  return oauth.DPoP(client, { privateKey, publicKey });
}

/** The request that a proof is for. */
export interface DpopRequest {
  readonly method: string;
  /** Query and fragment are left out of the proof (§4.2). */
  readonly url: URL;
  readonly accessToken: Secret;
  /** As the resource's last answer had it in `dpop-nonce`. */
  readonly nonce?: string | undefined;
}

/** Sources of what a proof holds beside the request. */
export interface DpopSources {
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/**
 * Headers for a request with a bound token. Give it to `sign` of `createHttp`, which is called for every attempt:
 * `sign: ({ method, url }) => dpopHeaders(key, { method, url, accessToken })`.
 */
export async function dpopHeaders(
  key: Secret,
  { method, url, accessToken, nonce }: DpopRequest,
  { clock = systemClock, randomBytes = systemRandomBytes }: DpopSources = {},
): Promise<{ readonly authorization: string; readonly dpop: string }> {
  const { SignJWT } = await jose();
  const { privateKey, publicJwk } = await pairOf(key);
  const proof = await new SignJWT({
    jti: randomToken(randomBytes, 16),
    htm: method,
    htu: `${url.origin}${url.pathname}`,
    ath: digestOf(accessToken),
    ...(nonce !== undefined && { nonce }),
  })
    .setProtectedHeader({ alg: algorithm, typ: 'dpop+jwt', jwk: publicJwk })
    .setIssuedAt(Math.floor(clock.now() / 1_000))
    .sign(privateKey);
  return { authorization: `DPoP ${accessToken.reveal()}`, dpop: proof };
}
