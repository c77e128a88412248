/** Whom the application talks to: an OpenID provider (the certified `oidc-provider`), a SAML identity provider, and Spotify's fake. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RunningIdentityProvider, startFakeIdentityProvider } from '@im/saml/testing';
import { type SpotifyFake, startFake } from '@im/spotify/testing';

/** All of them. */
export interface Peers extends AsyncDisposable {
  readonly openId: string;
  readonly saml: RunningIdentityProvider;
  readonly spotify: SpotifyFake;
}

/** The application's client at the OpenID provider. */
export const openIdClient = { id: 'example', secret: 'secret-of-example' } as const;

/** Who is an administrator, by the directories. */
const administrators = new Set(['ada']);

/** Starts them. */
export async function startPeers(redirectUri: string): Promise<Peers> {
  await using starting = new AsyncDisposableStack();
  const saml = starting.use(await startFakeIdentityProvider());
  const spotify = starting.use(await startFake());
  const openId = await startOpenIdProvider(redirectUri, starting);
  const running = starting.move();
  return { openId, saml, spotify, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** @returns the issuer. Any login and password will do: who somebody is, is what they say. */
async function startOpenIdProvider(redirectUri: string, stack: AsyncDisposableStack): Promise<string> {
  let listener: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  // It has no types of its own, and speaks of its defaults on the console.
  const name: string = 'oidc-provider';
  const { warn, info } = console;
  Object.assign(console, { warn: () => {}, info: () => {} });
  try {
    const { Provider } = await import(name);
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: openIdClient.id,
          client_secret: openIdClient.secret,
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      cookies: { keys: ['a key for an example'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
      conformIdTokenClaims: false,
      findAccount: (_context: unknown, login: string) => ({
        accountId: login,
        claims: () => ({
          sub: login,
          email: `${login}@acme.test`,
          email_verified: true,
          name: login.charAt(0).toUpperCase() + login.slice(1),
          groups: administrators.has(login) ? ['staff', 'administrators'] : ['staff'],
        }),
      }),
      features: { devInteractions: { enabled: true } },
      ttl: {
        AccessToken: 600,
        AuthorizationCode: 60,
        IdToken: 600,
        Grant: 3_600,
        Interaction: 600,
        Session: 3_600,
      },
    });
    listener = provider.callback();
  } finally {
    Object.assign(console, { warn, info });
  }
  return issuer;
}
