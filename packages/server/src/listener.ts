/**
 * The socket side of the hub: what is refused before a route sees it, how long a client may take, and how the server
 * stops without failing anybody.
 *
 * A client that is slow in sending its head or its body is closed after `headersMs` and `requestMs`; one that does
 * not read its answer after `idleMs`, one that reads it slowly after `answerMs`; one that asks and asks without reading
 * at once. Whatever cannot be a request is answered with a status of 4xx and closed.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { problemType, toProblem } from './problem.ts';
import { securityHeaders } from './security.ts';
import { withoutUndefined } from './without-undefined.ts';

/** Limits on clients. */
export interface ClientLimits {
  /** Time for the head of a request, milliseconds. Default 8 000. */
  readonly headersMs?: number | undefined;
  /** Time for a whole request, body included, milliseconds. Default 10 000. */
  readonly requestMs?: number | undefined;
  /** Time without a byte in either direction, while an answer is due, milliseconds. Default 10 000. */
  readonly idleMs?: number | undefined;
  /** Time in which a client must have taken its whole answer, from the head of its request on, milliseconds. Default 10 000. */
  readonly answerMs?: number | undefined;
  /** How long an unused connection is kept, milliseconds. Default 5 000. */
  readonly keepAliveMs?: number | undefined;
  /** Most bytes of the request line and headers. Default 16 KiB. */
  readonly headerBytes?: number | undefined;
  /** Most bytes of a request's body. Default 64 KiB. */
  readonly bodyBytes?: number | undefined;
  /** Most requests of one connection that wait for an answer; with one more it is closed. Default 16. */
  readonly pipelined?: number | undefined;
  /** Most connections at the same time; more are closed at once. Default 10 000. */
  readonly connections?: number | undefined;
}

/** Defaults of {@link ClientLimits}. */
export const clientLimits: Required<{ [Name in keyof ClientLimits]: number }> = {
  headersMs: 8_000,
  requestMs: 10_000,
  idleMs: 10_000,
  answerMs: 10_000,
  keepAliveMs: 5_000,
  headerBytes: 16_384,
  bodyBytes: 65_536,
  pipelined: 16,
  connections: 10_000,
};

/** More time for one answer than for the others. */
export interface AnswerTime {
  /** In place of {@link ClientLimits.answerMs}; absent: as long as it takes. */
  readonly answerMs?: number | undefined;
  /** In place of {@link ClientLimits.idleMs}. */
  readonly idleMs: number;
}

const patience = new WeakMap<ServerResponse, (time: AnswerTime) => void>();

/**
 * Gives one answer more time: to a stream of events that has no end, or to a vendor that is asked first. Nothing happens to a response
 * that is not of a {@link createListener | listener}.
 */
export function giveTime(response: ServerResponse | undefined, time: AnswerTime): void {
  if (response !== undefined) patience.get(response)?.(time);
}

/** What answers a request that was let in. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server that knows how to stop. */
export interface Listener {
  readonly server: Server;
  /** From now on every answer asks its client to leave (`Connection: close`). */
  leave(): void;
  /**
   * Stops accepting, lets requests in flight end, and closes idle connections once clients had `settleMs` to use them.
   *
   * @returns how many connections were still busy after `graceMs` and were cut
   */
  stop(graceMs: number, settleMs: number): Promise<number>;
}

/** Makes a server that is not listening yet. */
export function createListener(handle: Handler, limits: ClientLimits = {}): Listener {
  const set = { ...clientLimits, ...(withoutUndefined(limits) as typeof clientLimits) };
  /** Open connections, and how many requests of each wait for an answer. */
  const sockets = new Map<Socket, number>();
  let leaving = false;

  const server = createServer(
    {
      headersTimeout: set.headersMs,
      requestTimeout: set.requestMs,
      keepAliveTimeout: set.keepAliveMs,
      connectionsCheckingInterval: Math.max(100, Math.min(1_000, set.headersMs / 4)),
      maxHeaderSize: set.headerBytes,
      requireHostHeader: true,
    },
    (request, response) => {
      const { socket } = request;
      const waiting = (sockets.get(socket) ?? 0) + 1;
      // Whatever came in one piece is parsed to its end, also when the connection is closed in the middle.
      if (socket.destroyed || waiting > set.pipelined) return void socket.destroy();
      sockets.set(socket, waiting);
      // A byte now and then would reset the time-out of the socket.
      let slow = setTimeout(() => socket.destroy(), set.answerMs);
      patience.set(response, ({ answerMs, idleMs }) => {
        clearTimeout(slow);
        if (answerMs !== undefined) slow = setTimeout(() => socket.destroy(), answerMs);
        socket.setTimeout(idleMs);
      });
      response.once('close', () => {
        clearTimeout(slow);
        if (socket.destroyed) return;
        socket.setTimeout(set.idleMs);
        sockets.set(socket, (sockets.get(socket) ?? 1) - 1);
      });
      for (const name in securityHeaders) response.setHeader(name, securityHeaders[name] as string);
      if (leaving) response.setHeader('connection', 'close');
      const refusal = refuse(request, set.bodyBytes);
      if (refusal === undefined) return handle(request, response);
      const body = JSON.stringify(toProblem(...refusal));
      response.writeHead(refusal[0], {
        ...securityHeaders,
        'content-type': problemType,
        connection: 'close',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    },
  );
  server.maxConnections = set.connections;
  server.setTimeout(set.idleMs);
  server.on('clientError', answerClientError);
  // Without these two, Node would cut the connection without a word, or let a body pass unseen.
  server.on('connect', (_request, socket: Socket) => refuseSocket(socket, 405, 'This is not a proxy'));
  server.on('upgrade', (_request, socket: Socket) =>
    refuseSocket(socket, 400, 'There is nothing to upgrade to'),
  );
  server.on('connection', (socket) => {
    sockets.set(socket, 0);
    socket.once('close', () => sockets.delete(socket));
  });

  return {
    server,
    leave: () => {
      leaving = true;
    },
    stop: async (graceMs, settleMs) => {
      leaving = true;
      // After the poll phase, so that connections already made are taken in before the door closes.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const closed = new Promise<void>((resolve) => {
        // Only the door: http's own close() would also cut idle connections on which a request is on its way.
        NetServer.prototype.close.call(server, () => resolve());
      });
      const settle = setTimeout(() => {
        server.closeIdleConnections();
        // Node counts a connection that never sent a byte as busy.
        for (const socket of sockets.keys()) if (socket.bytesRead === 0) socket.destroy();
      }, settleMs);
      let cut = 0;
      const grace = setTimeout(() => {
        cut = sockets.size;
        server.closeAllConnections();
        for (const socket of sockets.keys()) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(settle);
      clearTimeout(grace);
      server.close();
      return cut;
    },
  };
}

/** Requests that no route may see. RFC 9112, section 3.2: two Host fields are refused. */
function refuse({ rawHeaders, headers }: IncomingMessage, bodyBytes: number): [number, string] | undefined {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.length === 4 && rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) return [400, 'More than one Host header'];
  if (Number(headers['content-length'] ?? 0) > bodyBytes)
    return [413, `At most ${bodyBytes} bytes are taken`];
  if (headers['transfer-encoding'] !== undefined) return [411, 'A body needs a Content-Length'];
  return undefined;
}

const clientErrors: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Too many or too long headers'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Too long chunk extensions'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long'],
};

function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, detail] = clientErrors[error.code ?? ''] ?? [400, 'This is not a valid HTTP/1.1 request'];
  refuseSocket(socket, status, detail);
}

function refuseSocket(socket: Duplex, status: number, detail: string): void {
  const problem = toProblem(status, detail);
  const body = JSON.stringify(problem);
  const head = [`HTTP/1.1 ${status} ${problem.title}`, 'connection: close', `content-type: ${problemType}`];
  for (const [name, value] of Object.entries(securityHeaders)) head.push(`${name}: ${value}`);
  head.push(`content-length: ${Buffer.byteLength(body)}`);
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
