import { type Clock, loadOptional, Secret, systemClock } from '@im/core';
import type { OAuthProvider } from '../provider.ts';

/**
 * https://developer.apple.com/documentation/signinwithapplerestapi
 *
 * The client secret is a JWT that the application signs: {@link appleClientSecret}. With the scopes `name` or `email` the browser comes back by POST.
 */
export const apple: OAuthProvider = {
  id: 'apple',
  title: 'Apple',
  docs: 'https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens',
  issuer: 'https://appleid.apple.com',
  endpoints: {
    authorization: 'https://appleid.apple.com/auth/authorize',
    token: 'https://appleid.apple.com/auth/token',
    revocation: 'https://appleid.apple.com/auth/revoke',
  },
  authentication: ['client_secret_post'],
  pkce: 'ignored',
  responseMode: 'form_post',
  refresh: { rotation: 'never' },
};

/** What Apple's client secret is made of. */
export interface AppleClientSecretOptions {
  /** Of the developer account. */
  readonly teamId: string;
  /** The services id. */
  readonly clientId: string;
  /** Of the key. */
  readonly keyId: string;
  /** The key's `.p8` file: PKCS #8, PEM. */
  readonly key: Secret;
  readonly clock?: Clock | undefined;
}

/** Seconds that one is good for; Apple allows six months, and one that is made anew is not worth stealing. */
const lifetimeSeconds = 300;

/**
 * Makes the secret anew for each request, to be given as `credential.secret`.
 * @see {@link https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret | Creating a client secret}
 */
export function appleClientSecret(options: AppleClientSecretOptions): () => Promise<Secret> {
  const { teamId, clientId, keyId, key, clock = systemClock } = options;
  return async () => {
    const { importPKCS8, SignJWT } = await loadOptional('jose', 'Sign in with Apple', () => import('jose'));
    const now = Math.floor(clock.now() / 1_000);
    const jwt = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience('https://appleid.apple.com')
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimeSeconds)
      .sign(await importPKCS8(key.reveal(), 'ES256'));
    return new Secret(jwt);
  };
}
