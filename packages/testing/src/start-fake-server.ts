/** Runs a fake of a vendor's HTTP API on loopback. What it offers is described in `fake-server.ts`. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@im/core';
import { decodeContent } from './fake-content.ts';
import { type Answer, cut, FaultRules, retryAfterHeader, type Sending, send } from './fake-faults.ts';
import { recorder } from './fake-record.ts';
import { compileRoutes } from './fake-routes.ts';
import type {
  Exchange,
  FakeRequest,
  FakeResponse,
  FakeServer,
  FakeServerOptions,
  Fault,
} from './fake-server.ts';

type Draft = { -readonly [Key in keyof Exchange]: Exchange[Key] };

const nothing = new Uint8Array();

/** Starts a fake on a free port of 127.0.0.1. Its state lives in the routes that are given. */
export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const clock = options.clock ?? systemClock;
  const routeOf = compileRoutes(options.routes);
  const record = options.record ?? recorder(options.name);
  const rules = new FaultRules();
  const exchanges: Draft[] = [];
  const unmatched: string[] = [];
  const failures: unknown[] = [];
  const working = new Set<Promise<void>>();
  let most = Number.POSITIVE_INFINITY;
  const trim = () => {
    for (const list of [exchanges, unmatched, failures]) list.splice(0, list.length - most);
  };

  /** The vendor's answer, or the fake's own when no route matches or one is broken. */
  const answerOf = async (request: FakeRequest, route: ReturnType<typeof routeOf>): Promise<FakeResponse> => {
    if (route === undefined) return noRoute(options.name, request);
    try {
      return options.before?.(request) ?? (await route.handler(request));
    } catch (thrown) {
      if (isResponse(thrown)) return thrown;
      failures.push(thrown);
      return {
        status: 500,
        headers: { 'x-fake-failure': '1' },
        body: `the fake "${options.name}" is broken: a route threw`,
      };
    }
  };

  const faultAnswer = (fault: Extract<Fault, { kind: 'status' }>): FakeResponse => {
    const own = options.faultBody?.(fault.status);
    const retryAfter = fault.retryAfter && { 'retry-after': retryAfterHeader(fault.retryAfter, clock) };
    const body = fault.body === undefined ? { json: own?.json, body: own?.body } : { body: fault.body };
    return { ...body, status: fault.status, headers: { ...own?.headers, ...retryAfter, ...fault.headers } };
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const exchange = draft(incoming, clock.now());
    exchanges.push(exchange);
    const gone = new AbortController();
    response.once('close', () => {
      const ownDoing = exchange.fault === 'cut' || exchange.fault === 'truncate';
      if (!response.writableFinished && !ownDoing) exchange.aborted = true;
      gone.abort();
    });
    const sending: Sending = {
      response,
      clock,
      signal: gone.signal,
      onHead: ({ status, headers }) => {
        exchange.status = status;
        exchange.responseHeaders = headers;
      },
    };
    try {
      const sentBody = await wholeOf(incoming);
      const encoding = options.decodes === true ? exchange.requestHeaders['content-encoding'] : undefined;
      const content = decodeContent(sentBody, encoding);
      exchange.requestBody = content instanceof Uint8Array ? content : sentBody;
      const path = exchange.target.split('?', 1)[0] as string;
      const route = routeOf(exchange.method, path);
      const fault = rules.strike(exchange.method, path);
      exchange.fault = fault?.kind;
      if (route === undefined) {
        exchange.unmatched = true;
        unmatched.push(`${exchange.method} ${path}`);
      }
      if (fault?.kind === 'expired-token') options.expireTokens?.();
      const request = toRequest(exchange, sentBody, path, route?.params ?? {});
      if (fault?.kind === 'cut' && fault.when === 'before') return cut(sending);
      const refused = content instanceof Uint8Array ? undefined : content;
      const real =
        fault?.kind === 'status' ? faultAnswer(fault) : (refused ?? (await answerOf(request, route)));
      const sent = await send(toAnswer(real, clock.now()), fault, sending);
      exchange.responseBody = sent?.body ?? nothing;
    } finally {
      record?.(exchange);
    }
  };

  const server = createServer((incoming, response) => {
    const work = handle(incoming, response).catch((thrown: unknown) => {
      // A client that went away in the middle is not the fake's failure.
      if (!response.destroyed && !incoming.destroyed) failures.push(thrown);
      response.destroy();
    });
    working.add(work);
    void work.finally(() => {
      working.delete(work);
      trim();
    });
  });
  // Connections stay until one side closes them: the system's clock has no say in a test.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  // An idle connection must not keep the process; a client that waits for an answer does that itself.
  server.on('connection', (socket) => socket.unref());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  let closing: Promise<void> | undefined;
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    await Promise.all(working);
    if (failures.length > 0) throw new AggregateError(failures, `routes of the fake "${options.name}" threw`);
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    unmatched,
    failures,
    expiresTokens: options.expireTokens !== undefined,
    inject(rule) {
      if (rule.fault.kind === 'expired-token' && options.expireTokens === undefined) {
        throw new TypeError(`the fake "${options.name}" has no tokens that expire`);
      }
      rules.add(rule);
    },
    forget() {
      rules.clear();
      exchanges.length = 0;
      unmatched.length = 0;
    },
    keepLatest(count) {
      most = count;
      trim();
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

function draft(incoming: IncomingMessage, at: number): Draft {
  return {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    requestHeaders: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    requestBody: nothing,
    responseHeaders: {},
    responseBody: nothing,
    at,
  };
}

/** All that comes. `buffer` of `node:stream/consumers` goes by a blob, which takes several times as long for large bodies. */
async function wholeOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

function toRequest(
  exchange: Exchange,
  sentBody: Uint8Array,
  path: string,
  params: Readonly<Record<string, string>>,
): FakeRequest {
  const { method, target, requestHeaders: headers, requestBody: body } = exchange;
  const query = target.slice(path.length + 1);
  return {
    method,
    path,
    params,
    query: new URLSearchParams(query),
    headers,
    body,
    sentBody,
    json: () => {
      try {
        return JSON.parse(new TextDecoder().decode(body)) as unknown;
      } catch {
        throw badRequest('the body is not JSON');
      }
    },
    form: () => new URLSearchParams(new TextDecoder().decode(body)),
    multipart: async () => {
      try {
        return await new Response(new Uint8Array(body), {
          headers: { 'content-type': headers['content-type'] ?? '' },
        }).formData();
      } catch {
        throw badRequest('the body is not multipart/form-data');
      }
    },
  };
}

function toAnswer({ status = 200, headers = {}, json, body }: FakeResponse, now: number): Answer {
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const given = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const text = json === undefined ? (body ?? nothing) : JSON.stringify(json);
  return {
    status,
    headers: { date: new Date(now).toUTCString(), ...type, ...given },
    body: typeof text === 'string' ? new TextEncoder().encode(text) : text,
  };
}

function noRoute(name: string, { method, path }: FakeRequest): FakeResponse {
  return {
    status: 404,
    headers: { 'x-fake-unmatched': '1', 'content-type': 'text/plain' },
    body: `the fake "${name}" has no route for ${method} ${path}`,
  };
}

function badRequest(why: string): FakeResponse {
  return { status: 400, headers: { 'content-type': 'text/plain' }, body: why };
}

/** What a route throws to answer with: a plain object, never an error. */
function isResponse(thrown: unknown): thrown is FakeResponse {
  return typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error);
}
