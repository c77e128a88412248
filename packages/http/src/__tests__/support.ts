/** What the suites of this package share: a call, a context, and a server on loopback. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type Call,
  type Forecast,
  type HeaderReader,
  memoryState,
  type ServiceKey,
  type StateStore,
  silentLogger,
  systemClock,
  VendorError,
  type VendorFailure,
} from '@im/core';
import type { TokenContext } from '../auth/oauth-client.ts';
import type { HttpContext } from '../client.ts';
import { type Transport, transportKey } from '../transport.ts';

/** A call, and what the transport told it. */
export interface TestCall extends Call {
  readonly sent: () => number;
  readonly observed: HeaderReader[];
}

/** Makes a call of an operation `test`, a read unless told otherwise. */
export function createCall(overrides: Partial<Call> = {}): TestCall {
  let sent = 0;
  const observed: HeaderReader[] = [];
  return {
    operation: 'test',
    effect: 'read',
    attempt: 1,
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    idempotencyKey: undefined,
    cursor: undefined,
    pageSize: undefined,
    markSent: () => {
      sent += 1;
    },
    observe: (headers) => void observed.push(headers),
    ...overrides,
    sent: () => sent,
    observed,
  };
}

/** What a test may replace of a context. */
export interface TestContextInit {
  readonly transport?: Transport | undefined;
  readonly options?: unknown;
  readonly egress?: readonly string[] | undefined;
  readonly state?: StateStore | undefined;
  readonly clock?: TokenContext['clock'] | undefined;
}

/** A context with everything a client and a token source use. */
export type TestContext = HttpContext &
  TokenContext & { readonly forecasts: Forecast[]; close(): Promise<void> };

/** Makes a context. */
export function createContext(init: TestContextInit = {}): TestContext {
  const closers: (() => void | Promise<void>)[] = [];
  const forecasts: Forecast[] = [];
  return {
    options: init.options ?? {},
    egress: init.egress ?? [],
    clock: init.clock ?? systemClock,
    random: () => 0.5,
    state: init.state ?? memoryState(init.clock),
    logger: silentLogger,
    service: <Service>(key: ServiceKey<Service>) =>
      (key.name === transportKey.name ? init.transport : undefined) as Service | undefined,
    forecast: (forecast) => void forecasts.push(forecast),
    onClose: (close) => void closers.push(close),
    forecasts,
    close: async () => {
      for (const close of closers.reverse()) await close();
    },
  };
}

/** A server on a free port of 127.0.0.1. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  /** Connections accepted since the start. */
  readonly accepted: () => number;
  /** Connections open now. */
  readonly sockets: Set<Socket>;
  /** Answers `CONNECT`, as a proxy does. */
  onConnect(handler: (target: string, socket: Duplex) => void): void;
}

/** Starts a server; disposing it cuts every connection. */
export async function startServer(handler: RequestListener): Promise<TestServer> {
  const requests: TestServer['requests'][number][] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    handler(request, response);
  });
  server.on('connection', (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    sockets,
    accepted: () => accepted,
    onConnect: (connect) =>
      void server.on('connect', (request, socket) => connect(request.url ?? '', socket)),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Answers JSON. */
export function json(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

/** The failure that `promise` ends with. @throws when it does not end with a `VendorError` */
export async function failureOf(promise: Promise<unknown>): Promise<VendorFailure> {
  const error = await errorOf(promise);
  if (error instanceof VendorError) return error.failure;
  throw new Error('not a VendorError', { cause: error });
}

/** What `promise` is rejected with. @throws when it is not */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`no failure, but ${JSON.stringify(value)}`);
}

/** Everything of an iteration in one buffer. */
export async function gather(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
