/** The fake as a server on loopback, for browsers. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Refused } from '../refusals.ts';
import { FakeIdentityProvider, type FakeIdentityProviderOptions } from './identity-provider.ts';

/** A running fake. Disposing it closes every connection. */
export type RunningIdentityProvider = FakeIdentityProvider & AsyncDisposable;

/** Starts it on a free port of 127.0.0.1. */
export async function startFakeIdentityProvider(
  options: Omit<FakeIdentityProviderOptions, 'baseUrl'> = {},
): Promise<RunningIdentityProvider> {
  let answer = (_request: Request): Promise<Response> => Promise.resolve(new Response(null, { status: 503 }));
  const server = createServer((incoming, outgoing) => {
    answer(toRequest(incoming))
      .catch((error: unknown) => {
        const says = error instanceof Refused ? error.message : 'the fake failed';
        return new Response(`${says}\n`, { status: error instanceof Refused ? 400 : 500 });
      })
      .then((response) => write(response, outgoing))
      .catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new FakeIdentityProvider({ ...options, baseUrl });
  answer = (request) => provider.fetch(request);
  let closing: Promise<void> | undefined;
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return Object.assign(provider, { [Symbol.asyncDispose]: () => (closing ??= close()) });
}

function toRequest(incoming: IncomingMessage): Request {
  const url = `http://${incoming.headers.host ?? '127.0.0.1'}${incoming.url ?? '/'}`;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one);
  const method = incoming.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null;
  return new Request(url, { method, headers, body, duplex: 'half' } as RequestInit);
}

async function write(response: Response, outgoing: ServerResponse): Promise<void> {
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  outgoing.writeHead(response.status);
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
