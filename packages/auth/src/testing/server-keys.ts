/** Keys of the fake server, and what it publishes of itself. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CompactSign, type JWK } from 'jose';
import type { Misbehaviour } from './misbehaviour.ts';

/** A key that signs ID tokens. */
export interface ServerKey {
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

let madeKeys = 0;

/** Makes one; it takes a while. */
export function makeKey(): ServerKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  madeKeys += 1;
  const jwk = {
    ...(publicKey.export({ format: 'jwk' }) as JWK),
    kid: `key-${madeKeys}`,
    alg: 'RS256',
    use: 'sig',
  };
  return { privateKey, jwk };
}

/** An ID token, as true as the lies let it be. */
export async function signIdToken(
  { privateKey, jwk }: ServerKey,
  claims: Record<string, unknown>,
  lies: Misbehaviour,
): Promise<string> {
  const header = { alg: 'RS256', kid: jwk.kid };
  const payload = Buffer.from(JSON.stringify(lies.idToken?.(claims) ?? claims));
  const token = await new CompactSign(payload)
    .setProtectedHeader((lies.idTokenHeader?.(header) ?? header) as { alg: string })
    .sign(privateKey);
  return lies.signedIdToken?.(token) ?? token;
}

/** The discovery document. */
export function discoveryOf(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    userinfo_endpoint: `${issuer}/userinfo`,
    device_authorization_endpoint: `${issuer}/device`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  };
}
