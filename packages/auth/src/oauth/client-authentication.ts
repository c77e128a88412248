/** How the application shows who it is at the vendor's token endpoint. */
import { ConfigurationError, type ConfigurationFault, loadOptional, type Secret } from '@im/core';
import type * as OAuth from 'oauth4webapi';
import type { JwtAlgorithm } from '../jwt/algorithms.ts';
import type { ClientAuthMethod, OAuthProvider } from './provider.ts';

/** A credential of the application, or nothing for a public client, which PKCE protects. */
export type ClientCredential =
  | { readonly method: 'none' }
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      /** A function where it is made anew now and then, as Apple's is. */
      readonly secret: Secret | (() => Promise<Secret>);
    }
  | {
      /** RFC 7523 §2.2. */
      readonly method: 'private_key_jwt';
      /** PKCS #8, PEM. */
      readonly key: Secret;
      readonly algorithm: Exclude<JwtAlgorithm, 'HS256' | 'HS384' | 'HS512'>;
      readonly keyId?: string | undefined;
    }
  | {
      /** RFC 8705 §2. Requests go over TLS with this certificate, to the server's `mtls_endpoint_aliases` where it has some. */
      readonly method: 'tls_client_auth' | 'self_signed_tls_client_auth';
      /** PEM, with the chain. */
      readonly certificate: string;
      /** PKCS #8, PEM. */
      readonly key: Secret;
    };

/** What the library needs to authenticate, made for one request. */
export async function clientAuthOf(
  oauth: typeof OAuth,
  credential: ClientCredential,
  { dialect }: OAuthProvider,
): Promise<OAuth.ClientAuth> {
  switch (credential.method) {
    case 'none':
      return oauth.None();
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return oauth.TlsClientAuth();
    case 'private_key_jwt': {
      const { importPKCS8 } = await loadOptional('jose', 'private_key_jwt', () => import('jose'));
      const key = await importPKCS8(credential.key.reveal(), credential.algorithm).catch(() => {
        // The library's error may quote the key.
        throw new ConfigurationError(
          [
            {
              path: 'credential.key',
              says: `is no PKCS #8 PEM for ${credential.algorithm}`,
              remedy: 'replace it',
            },
          ],
          { subject: 'the OAuth client' },
        );
      });
      return oauth.PrivateKeyJwt(credential.keyId === undefined ? { key } : { key, kid: credential.keyId });
    }
    default: {
      const secret = (await secretOf(credential)) ?? '';
      if (credential.method === 'client_secret_post') return oauth.ClientSecretPost(secret);
      return dialect?.basicEncoding === 'raw' ? rawBasic(secret) : oauth.ClientSecretBasic(secret);
    }
  }
}

/** The client secret, where the credential is one. */
export async function secretOf(credential: ClientCredential): Promise<string | undefined> {
  if (!('secret' in credential)) return undefined;
  return (typeof credential.secret === 'function' ? await credential.secret() : credential.secret).reveal();
}

/** Vendors whose pages show `base64(id:secret)` take it to the letter. */
function rawBasic(secret: string): OAuth.ClientAuth {
  return (_server, client, _body, headers) => {
    headers.set('authorization', `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString('base64')}`);
  };
}

/** What is wrong with a credential for this provider. */
export function credentialFaults(
  credential: ClientCredential,
  provider: OAuthProvider,
): ConfigurationFault[] {
  const allowed: readonly ClientAuthMethod[] = provider.authentication;
  if (!allowed.includes(credential.method)) {
    return [
      {
        path: 'credential.method',
        says: `is not taken by ${provider.title}`,
        remedy: `use ${allowed.join(' or ')}: ${provider.docs}`,
      },
    ];
  }
  if ('secret' in credential && typeof credential.secret !== 'function' && credential.secret.reveal() === '')
    return [{ path: 'credential.secret', says: 'is empty', remedy: 'give the client secret' }];
  return [];
}
