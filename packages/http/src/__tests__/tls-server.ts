/** A server that speaks HTTP/2 and HTTP/1.1 over TLS, and tells on which connection it was asked. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Server } from 'node:tls';
import type { TestCertificate } from './certificate.ts';
import { json } from './support.ts';

/** See the head of this file. */
export interface TlsServer extends AsyncDisposable {
  readonly url: string;
  /** Connections that were secured, and are open. */
  readonly sockets: Set<Socket>;
  /** Paths asked for. */
  readonly paths: string[];
  /** Requests of `/hang`, which are not answered: by which code of RST_STREAM they end. */
  readonly hanging: Promise<number>[];
}

type Act = (response: Http2ServerResponse, stream: ServerHttp2Stream) => void;

/** What a path does instead of telling who asks; over HTTP/2 only. */
const acts: Readonly<Record<string, Act>> = {
  '/refuse': (_response, stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
  '/reset': (_response, stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  '/go-away': (_response, { session }) => session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM),
  // Streams up to 1 were worked on, and this one is a later one.
  '/go-away-before': (_response, { session }) => session?.goaway(constants.NGHTTP2_NO_ERROR, 1),
  '/cut': (response, stream) => {
    response.write('{"version":', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  },
};

/** Starts the server; `http2: false` offers HTTP/1.1 only. */
export async function startTlsServer(certificate: TestCertificate, http2 = true): Promise<TlsServer> {
  const sockets = new Set<Socket>();
  const numbers = new Map<unknown, number>();
  const paths: string[] = [];
  const hanging: Promise<number>[] = [];
  const answer = (
    request: Http2ServerRequest | IncomingMessage,
    response: Http2ServerResponse | ServerResponse,
  ) => {
    const { httpVersion: version, url = '' } = request;
    const stream = 'stream' in request ? request.stream : undefined;
    const connection = stream?.session ?? request.socket;
    if (!numbers.has(connection)) numbers.set(connection, numbers.size + 1);
    paths.push(url);
    if (url === '/hang' && stream !== undefined) {
      hanging.push(new Promise((resolve) => stream.once('close', () => resolve(stream.rstCode))));
      return;
    }
    const act = acts[url];
    if (act !== undefined && stream !== undefined) return act(response as Http2ServerResponse, stream);
    request.resume();
    request.once('end', () => {
      json(response as ServerResponse, { version, connection: numbers.get(connection) });
    });
  };
  const server: Server = http2
    ? createSecureServer({ ...certificate, allowHTTP1: true }, answer)
    : createServer(certificate, answer);
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  const plain = new Set<Socket>();
  server.on('connection', (socket: Socket) => plain.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    paths,
    hanging,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of plain) socket.destroy();
      await closed;
    },
  };
}
