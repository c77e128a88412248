import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Sent } from './exchanges.ts';

/** A server on loopback that writes requests down and answers none. */
export interface Catcher extends AsyncDisposable {
  readonly url: string;
  /** The requests that were made while `send` ran, which is bound to fail. */
  during(send: () => Promise<unknown>): Promise<readonly Sent[]>;
}

/** Starts a {@link Catcher}. */
export async function startCatcher(): Promise<Catcher> {
  const caught: Sent[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    caught.push({ request: `${request.method} ${request.url}`, headers: flat(request.headers), body });
    response.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async during(send) {
      caught.length = 0;
      const failure = await send().then(
        () => new Error('it was answered'),
        (error: unknown) => error,
      );
      if (caught.length === 0) throw new Error('nothing was sent', { cause: failure });
      return [...caught];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
