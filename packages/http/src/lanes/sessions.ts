/**
 * HTTP/2 for the got lane: one session for each origin, shared by its requests. got's own sessions belong to the whole process: nobody
 * else can close them, and they stay however long they are idle. Given one of ours, got opens its streams there.
 *
 * The server chooses the protocol while TLS begins (ALPN, RFC 7301). Where it chooses HTTP/1.1, that is remembered, and the
 * connections of the agents are used. A session that is to end (GOAWAY, RFC 9113 §6.8) is not given to anyone any more; its
 * streams end as usual. A server that went away without a word would keep all later requests waiting, so a session whose request
 * was given up without an answer must answer a PING.
 */
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { isIP, type LookupFunction } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { unlessAborted, VendorError } from '@im/core';
import { connectTimeoutMs, idleMs, networkError } from './lane.ts';

/** A session for one request: given back when the request is over. */
export interface Lease {
  readonly session: ClientHttp2Session;
  release(wasAnswered: boolean): void;
}

/** Origins remembered; of the oldest, the session is closed when its requests are over. */
const mostOrigins = 256;
/** Milliseconds to wait for the answer to a PING. */
const pingMs = 5_000;

/** The sessions of requests whose guards decide alike. */
export class Sessions {
  readonly #lookup: LookupFunction;
  readonly #origins = new Map<string, Promise<Shared | undefined>>();
  /** What is to be destroyed at the end. */
  readonly #open = new Set<TLSSocket | ClientHttp2Session>();

  constructor(lookup: LookupFunction) {
    this.#lookup = lookup;
  }

  /**
   * A place in the session with the origin of `url`; `undefined`: the server speaks HTTP/1.1.
   *
   * @throws VendorError when there is no connection; the signal's reason
   */
  async lease({ origin, hostname, port }: URL, signal: AbortSignal): Promise<Lease | undefined> {
    let opening = this.#origins.get(origin);
    if (opening === undefined) {
      opening = this.#connect(origin, hostname.replace(/^\[|\]$/g, ''), Number(port || 443));
      this.#remember(origin, opening);
    }
    const shared = await unlessAborted(opening, signal);
    if (shared === undefined || shared.isGood()) return shared?.lease();
    this.#forget(origin, opening);
    return this.lease(new URL(origin), signal);
  }

  /** Ends every session at once. */
  close(): void {
    for (const one of this.#open) one.destroy();
    this.#origins.clear();
  }

  #remember(origin: string, opening: Promise<Shared | undefined>): void {
    this.#origins.set(origin, opening);
    const forget = () => this.#forget(origin, opening);
    opening.then((shared) => shared?.session.once('close', forget), forget);
    const [oldest] = this.#origins;
    if (this.#origins.size <= mostOrigins || oldest === undefined) return;
    this.#origins.delete(oldest[0]);
    // Whoever waits for a connection that fails is told.
    oldest[1].then(
      (shared) => shared?.session.close(),
      () => undefined,
    );
  }

  #forget(origin: string, opening: Promise<Shared | undefined>): void {
    if (this.#origins.get(origin) === opening) this.#origins.delete(origin);
  }

  async #connect(origin: string, host: string, port: number): Promise<Shared | undefined> {
    const socket = connectTls({
      host,
      port,
      lookup: this.#lookup,
      ALPNProtocols: ['h2', 'http/1.1'],
      timeout: connectTimeoutMs,
      ...(isIP(host) === 0 && { servername: host }),
    });
    this.#destroyAtEnd(socket);
    await secured(socket);
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy();
      return undefined;
    }
    const session = connectHttp2(origin, { createConnection: () => socket, settings: { enablePush: false } });
    this.#destroyAtEnd(session);
    return new Shared(session);
  }

  #destroyAtEnd(one: TLSSocket | ClientHttp2Session): void {
    this.#open.add(one);
    one.once('close', () => this.#open.delete(one));
  }
}

/** A session and how many requests use it. Keeps the process alive only while one does, and is closed when it is idle. */
class Shared {
  readonly session: ClientHttp2Session;
  #requests = 0;

  constructor(session: ClientHttp2Session) {
    this.session = session;
    // Every request of the session fails by the same error, and tells it.
    session.on('error', () => session.destroy());
    session.on('timeout', () => session.close());
    this.#rest();
  }

  isGood(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  lease(): Lease {
    const { session } = this;
    this.#requests += 1;
    session.ref();
    session.setTimeout(0);
    const release = (wasAnswered: boolean) => {
      this.#requests -= 1;
      if (session.destroyed) return;
      if (!wasAnswered) this.#ping();
      if (this.#requests === 0) this.#rest();
    };
    return { session, release };
  }

  #rest(): void {
    this.session.unref();
    this.session.setTimeout(idleMs);
  }

  #ping(): void {
    const timer = setTimeout(() => this.session.destroy(), pingMs).unref();
    this.session.ping(() => clearTimeout(timer));
  }
}

/** Ends when `socket` is encrypted and the server's certificate is good. */
function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(networkError(error, false));
    socket.once('error', fail);
    socket.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.once('timeout', () => socket.destroy(new VendorError(timedOut)));
    socket.once('secureConnect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve();
    });
  });
}

const timedOut = {
  sent: false,
  code: 'unavailable',
  reason: 'ETIMEDOUT',
  says: 'the connection timed out (ETIMEDOUT)',
} as const;
