/** The certified provider `oidc-provider`, in this process, on loopback. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { JWK } from 'jose';

/** The provider, and what its clients are. */
export interface OidcServer extends AsyncDisposable {
  readonly issuer: string;
}

export const redirectUri = 'http://127.0.0.1:9/callback';

export interface OidcServerOptions {
  /** Public keys of the client that signs its assertions. */
  readonly clientKeys?: readonly JWK[] | undefined;
  /** Serves over TLS, and asks clients for a certificate. */
  readonly tls?: ServerOptions | undefined;
  /** The certificate that the client `mtls` must show, PEM. */
  readonly clientCertificate?: string | undefined;
  readonly requiresPushed?: boolean | undefined;
}

/** A certificate as the key set of a client (RFC 8705 §2.2.2). */
function keyOf(certificate: string): object {
  const { raw, publicKey } = new X509Certificate(certificate);
  return { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] };
}

const flows = { redirect_uris: [redirectUri], response_types: ['code'] };

function clientsOf(options: OidcServerOptions): object[] {
  return [
    {
      client_id: 'confidential',
      client_secret: 'secret-of-confidential',
      grant_types: ['authorization_code', 'refresh_token'],
      ...flows,
    },
    {
      client_id: 'id with: reserved/+&',
      client_secret: 'secret: +&%/=?',
      grant_types: ['authorization_code'],
      ...flows,
    },
    {
      client_id: 'post',
      client_secret: 'secret-of-post',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'],
      ...flows,
    },
    {
      client_id: 'public',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      ...flows,
    },
    {
      client_id: 'machine',
      client_secret: 'secret-of-machine',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
    {
      client_id: 'device',
      token_endpoint_auth_method: 'none',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      redirect_uris: [],
      response_types: [],
    },
    ...(options.clientKeys
      ? [
          {
            client_id: 'signing',
            token_endpoint_auth_method: 'private_key_jwt',
            token_endpoint_auth_signing_alg: 'ES256',
            jwks: { keys: options.clientKeys },
            grant_types: ['authorization_code', 'client_credentials'],
            ...flows,
          },
        ]
      : []),
    ...(options.clientCertificate
      ? [
          {
            client_id: 'mtls',
            token_endpoint_auth_method: 'self_signed_tls_client_auth',
            jwks: { keys: [keyOf(options.clientCertificate)] },
            tls_client_certificate_bound_access_tokens: true,
            grant_types: ['client_credentials'],
            redirect_uris: [],
            response_types: [],
          },
        ]
      : []),
  ];
}

const page = (text: string) => (context: { body: string }) => {
  context.body = text;
};

/** Starts it on a free port. Any login and password is accepted; the login is the subject. */
export async function startOidcServer(options: OidcServerOptions = {}): Promise<OidcServer> {
  let listener: RequestListener = (_request, response) => void response.writeHead(503).end();
  const handle: RequestListener = (request, response) => listener(request, response);
  const server = options.tls ? createTlsServer(options.tls, handle) : createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const certificateOf = (context: { readonly socket: TLSSocket }) => {
    const raw = context.socket.getPeerCertificate?.().raw;
    return raw && `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----`;
  };
  const name: string = 'oidc-provider';
  const warn = console.warn;
  const info = console.info;
  // It speaks of its defaults on the console when it is made.
  Object.assign(console, { warn: () => {}, info: () => {} });
  try {
    const { Provider } = await import(name);
    const provider = new Provider(issuer, {
      clients: clientsOf(options),
      cookies: { keys: ['a key for tests'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      findAccount: (_context: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true, name: id.toUpperCase() }),
      }),
      features: {
        devInteractions: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        revocation: { enabled: true, allowedPolicy: () => true },
        clientCredentials: { enabled: true },
        deviceFlow: { enabled: true, successSource: page('connected') },
        dPoP: { enabled: true, requireNonce: () => true, nonceSecret: Buffer.alloc(32, 1) },
        pushedAuthorizationRequests: {
          enabled: true,
          requirePushedAuthorizationRequests: options.requiresPushed ?? false,
        },
        ...(options.clientCertificate && {
          mTLS: {
            enabled: true,
            certificateBoundAccessTokens: true,
            selfSignedTlsClientAuth: true,
            getCertificate: certificateOf,
          },
        }),
      },
      renderError: (context: { body: string }, { error }: { readonly error: string }) => page(error)(context),
      clientAuthMethods: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
        'none',
        ...(options.clientCertificate ? ['self_signed_tls_client_auth'] : []),
      ],
      rotateRefreshToken: true,
      issueRefreshToken: (_context: unknown, client: { grantTypeAllowed(name: string): boolean }) =>
        client.grantTypeAllowed('refresh_token'),
      scopes: ['openid', 'offline_access', 'api:read'],
      ttl: {
        AccessToken: 600,
        AuthorizationCode: 60,
        ClientCredentials: 600,
        DeviceCode: 600,
        IdToken: 600,
        RefreshToken: 3_600,
        Grant: 3_600,
        Interaction: 600,
        Session: 3_600,
      },
    });
    listener = provider.callback();
  } finally {
    Object.assign(console, { warn, info });
  }
  return {
    issuer,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
