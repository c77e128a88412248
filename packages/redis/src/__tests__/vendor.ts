/** A vendor with one account, whose refresh tokens are good for one use each. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What it has seen. Disposing it closes it. */
export interface Vendor extends AsyncDisposable {
  readonly url: string;
  readonly refreshes: number;
  /** Refresh tokens that were used a second time: a real vendor would lock the account. */
  readonly reused: number;
  /** Ends the access token that is in use. */
  revoke(): void;
}

export async function startVendor(): Promise<Vendor> {
  let refreshes = 0;
  let reused = 0;
  let isRevoked = false;
  const answers: Readonly<Record<string, (body: string, authorization: string) => [number, object]>> = {
    '/token': (body) => {
      if (new URLSearchParams(body).get('refresh_token') !== `refresh-${refreshes}`) {
        reused += 1;
        return [400, { error: 'invalid_grant' }];
      }
      refreshes += 1;
      isRevoked = false;
      const [access_token, refresh_token] = [`access-${refreshes}`, `refresh-${refreshes}`];
      return [200, { access_token, refresh_token, token_type: 'bearer', expires_in: 3_600 }];
    },
    '/api': (_, authorization) =>
      authorization === `Bearer access-${refreshes}` && !isRevoked ? [200, { ok: true }] : [401, {}],
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answer = answers[request.url ?? '']?.(body, request.headers.authorization ?? '') ?? [404, {}];
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refreshes() {
      return refreshes;
    },
    get reused() {
      return reused;
    },
    revoke: () => {
      isRevoked = true;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
