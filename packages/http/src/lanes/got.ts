/** The full lane: got, for streams, progress, multipart, proxies and HTTP/2. Its own retries, redirects and time-outs are off. */
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { type ClientHttp2Stream, constants } from 'node:http2';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { VendorError } from '@im/core';
import got, { type Request } from 'got';
import { guardedLookup } from '../egress.ts';
import { toHeaders } from '../headers.ts';
import type { EgressGuard, HttpResponse } from '../transport.ts';
import { connectTimeoutMs, idleMs, type Lane, type LaneRequest, mostAgents, networkError } from './lane.ts';
import { Sessions } from './sessions.ts';

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  readonly lookup: LookupFunction;
  readonly sessions: Sessions;
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** Node's agents take proxies since 24.5, and leave the option unread before. */
const agentsKnowProxies = major > 24 || (major === 24 && minor >= 5);

/** Going around the proxy that somebody has set would be worse than not going. */
const noProxy = new VendorError({
  sent: false,
  code: 'failed_precondition',
  reason: 'proxy_unsupported',
  says: 'streams, multipart, progress and HTTP/2 go through a proxy from Node 24.5 on; use that, or the undici lane',
});

/** Closed before any processing, by RST_STREAM or as one that came after a GOAWAY: as good as not sent (RFC 9113 §8.7). */
const refusedStream = new VendorError({
  sent: false,
  code: 'unavailable',
  reason: 'REFUSED_STREAM',
  says: 'the server refused the request before it read it (REFUSED_STREAM)',
});

/** Makes the lane. Connections are shared by requests whose guards decide alike. */
export function createGotLane(): Lane {
  const all = new Map<string, Agents>();

  const agentsFor = (guard: EgressGuard, proxy: URL | undefined): Agents => {
    const key = proxy === undefined ? guard.key : JSON.stringify([guard.key, proxy.href]);
    let agents = all.get(key);
    if (agents === undefined) {
      if (proxy !== undefined && !agentsKnowProxies) throw noProxy;
      const options = {
        keepAlive: true,
        ...(proxy && { proxyEnv: { HTTP_PROXY: proxy.href, HTTPS_PROXY: proxy.href, NO_PROXY: '' } }),
      };
      const lookup = guardedLookup(guard);
      agents = {
        http: new HttpAgent(options),
        https: new HttpsAgent(options),
        lookup,
        sessions: new Sessions(lookup),
      };
      for (const agent of [agents.http, agents.https]) closeWhenIdle(agent);
      all.set(key, agents);
      const [oldest] = all.keys();
      // Its sockets end by themselves: those in use with their answers, the others when they have been idle.
      if (all.size > mostAgents && oldest !== undefined) all.delete(oldest);
    }
    return agents;
  };

  return {
    async send(request) {
      request.signal.throwIfAborted();
      const agents = agentsFor(request.guard, request.proxy);
      const lease = offersHttp2(request)
        ? await agents.sessions.lease(request.url, request.signal)
        : undefined;
      const stream = got.stream(request.url, {
        method: request.method,
        headers: { 'user-agent': undefined, ...request.headers },
        ...(request.body !== undefined && { body: request.body as AsyncIterable<Uint8Array> }),
        agent: { http: agents.http, https: agents.https },
        // A proxy resolves the names itself, so a check of addresses has nothing to hold on to.
        ...(request.proxy === undefined && { dnsLookup: agents.lookup as never }),
        ...(lease && { http2: true, h2session: lease.session }),
        signal: request.signal,
        followRedirect: false,
        decompress: false,
        throwHttpErrors: false,
        retry: { limit: 0 },
        timeout: { connect: connectTimeoutMs },
        allowGetBody: request.body !== undefined,
        cache: false,
      });
      if (lease !== undefined) stream.once('close', () => lease.release(stream.response !== undefined));
      // Without a body of its own, got would wait for one to be written.
      if (request.body === undefined && request.method !== 'GET' && request.method !== 'HEAD') stream.end();
      return answerOf(stream, request);
    },
    async close() {
      for (const agents of all.values()) {
        agents.http.destroy();
        agents.https.destroy();
        agents.sessions.close();
      }
      all.clear();
    },
  };
}

/** Through a proxy there is HTTP/1.1 only: the agents know how to go through it. */
function offersHttp2({ http2, url, proxy }: LaneRequest): boolean {
  return http2 === true && url.protocol === 'https:' && proxy === undefined;
}

/** Node's agents keep a free socket for as long as the server does; ours closes it when it was idle for long. */
function closeWhenIdle(agent: HttpAgent): void {
  agent.on('free', (socket: Socket) => socket.setTimeout(idleMs));
}

function answerOf(stream: Request, request: LaneRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { signal } = request;
    let sent = false;
    const send = () => {
      if (sent || signal.aborted) return;
      sent = true;
      request.onSend?.();
    };
    let refused: () => boolean = () => false;
    const failed = (error: unknown) => {
      if (signal.aborted) return signal.reason;
      return refused() ? refusedStream : networkError(error, sent);
    };
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    stream.on('close', () => signal.removeEventListener('abort', stop));
    stream.on('request', (outgoing: ClientRequest & { readonly stream?: ClientHttp2Stream }) => {
      refused = () => outgoing.stream?.rstCode === constants.NGHTTP2_REFUSED_STREAM;
      outgoing.once('socket', (socket: Socket & { encrypted?: boolean; secureConnecting?: boolean }) => {
        if (!socket.connecting && socket.secureConnecting !== true) return send();
        socket.once(socket.encrypted === true ? 'secureConnect' : 'connect', send);
      });
    });
    stream.on('error', (error) => reject(failed(error)));
    stream.once('response', (response: IncomingMessage) => {
      send();
      resolve({
        status: response.statusCode ?? 0,
        headers: toHeaders(response.headers),
        url: request.url,
        body: chunksOf(stream, failed),
        [Symbol.asyncDispose]: async () => void stream.destroy(),
      });
    });
  });
}

async function* chunksOf(stream: Request, failed: (error: unknown) => unknown): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw failed(error);
  }
}
