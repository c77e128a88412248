/** A server on loopback whose handler is a Fetch-API function, as an application would mount ours. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** The server. Disposing it cuts every connection. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Requests that came, in order. */
  readonly requests: Request[];
  /** Takes another handler. */
  handle(handler: Handler): void;
}

export type Handler = (request: Request, raw: IncomingMessage) => Response | Promise<Response>;

/** Starts it on a free port of 127.0.0.1. */
export async function serve(first: Handler): Promise<TestServer> {
  let handler = first;
  const sockets = new Set<Socket>();
  const requests: Request[] = [];
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      outgoing.writeHead(500).end(String(error));
    });
  });
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const toRequest = await requestOf(incoming, url);
    requests.push(toRequest());
    const response = await handler(toRequest(), incoming);
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  };
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    handle: (next) => {
      handler = next;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Makes a request as often as it is needed: one whose body is shared could not be given up. */
async function requestOf(incoming: IncomingMessage, url: string): Promise<() => Request> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    for (const one of [value].flat()) if (one !== undefined) headers.append(name, one);
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  return () =>
    new Request(new URL(incoming.url ?? '/', url), {
      method: incoming.method ?? 'GET',
      headers,
      body: hasBody ? Buffer.concat(chunks) : null,
    });
}
