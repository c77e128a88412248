/** An issuer that replaces refresh tokens, and an API that wants its access tokens. */
import { gather, json, startServer, type TestServer } from './support.ts';

/** The server, and what it saw. */
export interface TokenServer extends AsyncDisposable {
  readonly url: string;
  /** Token requests that were answered with tokens. */
  readonly issued: () => number;
  /** Refresh tokens that came after they had been replaced. */
  readonly reused: () => number;
  readonly server: TestServer;
  /** Bodies of token requests. */
  readonly bodies: URLSearchParams[];
  /** Makes the API refuse every access token issued so far. */
  expire(): void;
}

/** Starts it. The first refresh token is `refresh-0`; `expiresIn` is in seconds. */
export async function startTokenServer(expiresIn = 3_600): Promise<TokenServer> {
  let issued = 0;
  let reused = 0;
  let oldestGood = 1;
  const bodies: URLSearchParams[] = [];
  const server = await startServer(async (request, response) => {
    if (request.url !== '/token') {
      const number = Number(/^Bearer access-(\d+)$/.exec(request.headers.authorization ?? '')?.[1] ?? 0);
      return json(response, { number }, number >= oldestGood ? 200 : 401);
    }
    const form = new URLSearchParams((await gather(request)).toString());
    bodies.push(form);
    if (form.get('grant_type') === 'refresh_token' && form.get('refresh_token') !== `refresh-${issued}`) {
      reused += 1;
      return json(
        response,
        { error: 'invalid_grant', error_description: `the token ${form.get('refresh_token')} was used` },
        400,
      );
    }
    issued += 1;
    json(response, {
      access_token: `access-${issued}`,
      token_type: 'Bearer',
      expires_in: expiresIn,
      refresh_token: `refresh-${issued}`,
      scope: 'a b',
    });
  });
  return {
    url: server.url,
    server,
    bodies,
    issued: () => issued,
    reused: () => reused,
    expire: () => {
      oldestGood = issued + 1;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
