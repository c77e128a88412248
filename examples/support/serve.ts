/** A handler of the Fetch API as a server on loopback. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** Answers a request. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A running server. */
export interface Running extends AsyncDisposable {
  readonly port: number;
}

/** Starts it on 127.0.0.1; `port` 0: any that is free. `make` gets the port, and gives the handler. */
export async function serve(
  port: number,
  make: (port: number) => Handler | Promise<Handler>,
): Promise<Running> {
  let handle: Handler = () => new Response(null, { status: 503 });
  const server = createServer((incoming, outgoing) => {
    Promise.resolve()
      .then(() => handle(toRequest(incoming)))
      .then((response) => write(response, outgoing))
      .catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        outgoing.writeHead(500).end();
      });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  handle = await make(taken);
  return {
    port: taken,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function toRequest(incoming: IncomingMessage): Request {
  const url = `http://${incoming.headers.host ?? 'localhost'}${incoming.url ?? '/'}`;
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null;
  return new Request(url, { method: incoming.method ?? 'GET', headers, body, duplex: 'half' } as RequestInit);
}

async function write(response: Response, outgoing: ServerResponse): Promise<void> {
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  outgoing.writeHead(response.status);
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
