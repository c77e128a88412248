/** The socket side of the fake: messages in and out, faults, and a log of what was exchanged. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Clock, sleep } from '@im/core';
import type { Exchange, FakeServer, Fault } from '@im/testing';
import { Framer } from '../connection/framer.ts';
import { answer, type Session, type World } from './answers.ts';
import { decodeMessage, type FakeMessage } from './decode.ts';
import { answerTags, encodeResult, type FakeResult } from './encode.ts';
import { FaultRules, resultOf, statusOf } from './faults.ts';
import { readableFilter } from './readable.ts';

/** How a fake server is made. */
export interface LdapServerOptions {
  readonly world: World;
  readonly clock: Clock;
  /** Certificate and key, PEM: StartTLS is taken then. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Whether TLS begins with the connection. */
  readonly ldaps?: boolean | undefined;
  /** A result to answer with instead, if one was scripted for this kind of request. */
  readonly scripted: (method: string) => FakeResult | undefined;
}

type Draft = { -readonly [Key in keyof Exchange]: Exchange[Key] };

const mostBytes = 16 * 1024 * 1024;

/** Starts it on a free port of 127.0.0.1. */
export async function startLdapServer({
  world,
  clock,
  tls,
  ldaps = false,
  scripted,
}: LdapServerOptions): Promise<FakeServer> {
  const rules = new FaultRules();
  const exchanges: Draft[] = [];
  const failures: unknown[] = [];
  const sockets = new Set<Socket>();
  const gone = new AbortController();
  let most = Number.POSITIVE_INFINITY;
  const trim = () => {
    for (const list of [exchanges, failures]) list.splice(0, list.length - most);
  };

  const serve = (socket: Socket, session: Session): void => {
    const framer = new Framer(mostBytes);
    const ended = new AbortController();
    const onData = (chunk: Buffer) => {
      const fault = framer.take(chunk, (bytes) => void receive(bytes));
      if (fault !== undefined) socket.destroy();
    };
    const receive = async (bytes: Buffer) => {
      try {
        const message = decodeMessage(bytes);
        if (message.request.kind === 'unbind') return void socket.end();
        if (message.request.kind !== 'abandon') await exchange(message, bytes, socket, session, ended.signal);
        if (isStartTls(message) && session.secured && !(socket instanceof TLSSocket)) {
          socket.off('data', onData);
          serve(upgrade(socket), { ...session, boundAs: '' });
        }
      } catch (error) {
        // A client that went away in the middle is not the fake's failure.
        if (!ended.signal.aborted && !gone.signal.aborted) failures.push(error);
        socket.destroy();
      }
    };
    socket.on('data', onData);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => ended.abort());
  };

  const upgrade = (socket: Socket): TLSSocket => new TLSSocket(socket, { isServer: true, ...tls });

  const exchange = async (
    message: FakeMessage,
    bytes: Buffer,
    socket: Socket,
    session: Session,
    ended: AbortSignal,
  ): Promise<void> => {
    const { method, path, query } = describe(message);
    const draft: Draft = {
      method,
      target: path + query,
      requestHeaders: { 'bound-as': session.boundAs },
      requestBody: bytes,
      responseHeaders: {},
      responseBody: new Uint8Array(),
      at: clock.now(),
    };
    exchanges.push(draft);
    trim();
    const fault = rules.strike(method, path);
    draft.fault = fault?.kind;
    let isOver = false;
    const abort = () => {
      if (!isOver && fault?.kind !== 'cut' && fault?.kind !== 'truncate') draft.aborted = true;
    };
    ended.addEventListener('abort', abort);
    const cut = () => void socket.resetAndDestroy();
    try {
      if (fault?.kind === 'cut' && fault.when === 'before') return cut();
      const script = fault?.kind === 'status' ? undefined : scripted(method);
      const real =
        script !== undefined
          ? [encodeResult(message.id, tagOf(message), script)]
          : fault?.kind === 'status'
            ? faultAnswer(message, fault)
            : answer(message, session, world);
      if (isStartTls(message) && codeOf(real) === 0) session.secured = world.acceptsTls;
      if (fault?.kind === 'cut' && fault.when === 'after') return cut();
      const whole = Buffer.concat(real);
      if (fault?.kind === 'latency') await sleep(clock, fault.delayMs, AbortSignal.any([ended, gone.signal]));
      draft.status = fault?.kind === 'status' ? fault.status : statusOf(codeOf(real));
      draft.responseBody = whole;
      draft.responseHeaders = { 'result-code': String(codeOf(real)) };
      await send(socket, whole, fault, ended);
    } finally {
      isOver = true;
      ended.removeEventListener('abort', abort);
    }
  };

  const send = async (
    socket: Socket,
    whole: Buffer,
    fault: Fault | undefined,
    ended: AbortSignal,
  ): Promise<void> => {
    const half = whole.subarray(0, Math.floor(whole.length / 2));
    if (fault?.kind === 'cut') return void socket.write(half, () => socket.resetAndDestroy());
    if (fault?.kind === 'truncate') return void socket.end(half);
    if (fault?.kind !== 'slow-body') return void socket.write(whole);
    for (let at = 0; at < whole.length; at += fault.chunkBytes) {
      await sleep(clock, fault.delayMs, AbortSignal.any([ended, gone.signal]));
      socket.write(whole.subarray(at, at + fault.chunkBytes));
    }
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    // An idle connection must not keep the process; a client that waits for an answer does that itself.
    socket.unref();
    socket.on('close', () => sockets.delete(socket));
    serve(ldaps ? upgrade(socket) : socket, { boundAs: '', secured: ldaps, paged: undefined });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  let closing: Promise<void> | undefined;
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    gone.abort();
    for (const socket of sockets) socket.destroy();
    await closed;
    if (failures.length > 0) throw new AggregateError(failures, 'the fake directory failed');
  };
  return {
    url: `${ldaps ? 'ldaps' : 'ldap'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    unmatched: [],
    failures,
    expiresTokens: false,
    inject(rule) {
      if (rule.fault.kind === 'expired-token') throw new TypeError('a directory has no tokens that expire');
      rules.add(rule);
    },
    forget() {
      rules.clear();
      exchanges.length = 0;
    },
    keepLatest(count) {
      most = count;
      trim();
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

function isStartTls({ request }: FakeMessage): boolean {
  return request.kind === 'extended' && request.oid === '1.3.6.1.4.1.1466.20037';
}

function tagOf({ request }: FakeMessage): number {
  const isSilent = request.kind === 'unbind' || request.kind === 'abandon';
  return isSilent ? answerTags.unknown : answerTags[request.kind];
}

/** The answer of a scripted status: its result, or its very bytes where a body is given. */
function faultAnswer(
  message: FakeMessage,
  { status, body }: Extract<Fault, { kind: 'status' }>,
): readonly Buffer[] {
  if (status === 200 && body !== undefined) return [Buffer.from(body)];
  // Careless servers quote what was sent to them.
  return [encodeResult(message.id, tagOf(message), { code: resultOf(status), diagnostic: body })];
}

/** The result code of an answer, which its last message holds. */
function codeOf(messages: readonly Buffer[]): number {
  const last = messages.at(-1);
  // Head, id, head of the answer, then the code: found by its tag, since ids of two bytes and more move it.
  const at = last?.indexOf(Buffer.from([0x0a, 0x01])) ?? -1;
  return at < 0 ? 0 : (last?.[at + 2] ?? 0);
}

const scopes = ['base', 'one', 'sub', 'children'];

/** A request as it stands in the log: a method, and the name and question as a URL of RFC 4516 has them. */
function describe({ request }: FakeMessage): {
  readonly method: string;
  readonly path: string;
  readonly query: string;
} {
  const at = (dn: string) => `/${encodeURI(dn)}`;
  switch (request.kind) {
    case 'search':
      return {
        method: 'SEARCH',
        path: at(request.base),
        query: `?${request.attributes.join(',')}?${scopes[request.scope]}?${encodeURI(readableFilter(request.filter))}`,
      };
    case 'bind':
      return { method: 'BIND', path: at(request.dn), query: '' };
    case 'compare':
      return { method: 'COMPARE', path: at(request.dn), query: `?${request.attribute}` };
    case 'modify':
      return { method: 'MODIFY', path: at(request.dn), query: '' };
    case 'extended':
      return { method: 'EXTENDED', path: at(request.oid), query: '' };
    default:
      return { method: request.kind.toUpperCase(), path: '/', query: '' };
  }
}
