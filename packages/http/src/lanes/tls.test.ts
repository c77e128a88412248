/** TLS and HTTP/2 (RFC 9113) over both lanes. Whoever asks runs in a process of its own, which trusts our certificates. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../__tests__/certificate.ts';
import { startServer } from '../__tests__/support.ts';
import type { TlsAsk, TlsCommand, TlsOutcome } from '../__tests__/tls-child.ts';
import { startTlsServer, type TlsServer } from '../__tests__/tls-server.ts';
import type { LaneName } from '../transport.ts';

const day = 86_400_000;
const good = makeCertificate('127.0.0.1');
const expired = makeCertificate('127.0.0.1', Date.now() - day);
const otherHost = makeCertificate('api.example.com');
const untrusted = makeCertificate('127.0.0.1');

const folder = mkdtempSync(join(tmpdir(), 'im-tls-'));
let child: ChildProcess;
let asked = 0;

beforeAll(async () => {
  const trusted = join(folder, 'trusted.pem');
  writeFileSync(trusted, [good, expired, otherHost].map(({ cert }) => cert).join(''));
  child = fork(new URL('../__tests__/tls-child.ts', import.meta.url), {
    execArgv: ['--conditions=@im/source'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted },
  });
  await once(child, 'message');
});
afterAll(async () => {
  const exit = once(child, 'exit');
  child.disconnect();
  // It ends by itself: nothing in it is left open.
  expect(await exit).toEqual([0, null]);
  rmSync(folder, { recursive: true });
});

function tell(command: TlsCommand, ask?: TlsAsk): Promise<unknown> {
  asked += 1;
  const id = asked;
  return new Promise((resolve) => {
    const listen = (message: { readonly id?: number; readonly value?: unknown }) => {
      if (message.id !== id) return;
      child.off('message', listen);
      resolve(message.value);
    };
    child.on('message', listen);
    child.send({ id, command, ask });
  });
}

const open: AsyncDisposable[] = [];
const serve = async (...args: Parameters<typeof startTlsServer>): Promise<TlsServer> => {
  const server = await startTlsServer(...args);
  open.push(server);
  return server;
};
afterEach(async () => {
  await tell('dispose');
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

/** A line to a server that can go dead: connections made until then stay open, and carry nothing any more. */
const openLine = async (url: string) => {
  const ends = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    for (const end of [near, far]) {
      ends.add(end);
      end.on('error', () => end.destroy());
    }
    near.pipe(far).pipe(near);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  open.push({
    [Symbol.asyncDispose]: async () => {
      const closed = once(relay, 'close');
      relay.close();
      for (const end of ends) end.destroy();
      await closed;
    },
  });
  return {
    url: `https://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    freeze: () => {
      for (const end of ends) end.unpipe();
    },
  };
};

const ask = (url: string, more: Partial<TlsAsk> = {}): Promise<TlsOutcome[]> =>
  tell('ask', { url, lane: undefined, http2: true, method: 'get', times: 1, ...more }) as Promise<
    TlsOutcome[]
  >;
/** Version of HTTP, number of the connection at the server, and how often the call was told that bytes leave. */
const answered = async (...args: Parameters<typeof ask>) =>
  (await ask(...args)).map(({ answer, marks }) => [answer?.version, answer?.connection, marks]);
const turns = async (until: () => boolean) => {
  while (!until()) await new Promise((resolve) => setImmediate(resolve));
};

describe.each<LaneName>(['undici', 'got'])('TLS on the %s lane', (lane) => {
  it('carries HTTP/1.1 unless HTTP/2 is offered', async () => {
    const server = await serve(good);
    expect(await answered(`${server.url}/who`, { lane, http2: false })).toEqual([['1.1', 1, 1]]);
    expect(await answered(`${server.url}/who`, { lane, http2: false })).toEqual([['1.1', 1, 1]]);
  });

  it.each([
    ['nobody trusts', untrusted, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['has expired', expired, 'CERT_HAS_EXPIRED'],
    ['is for another host', otherHost, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const)('sends nothing to a server whose certificate %s', async (_what, certificate, reason) => {
    const { url, paths } = await serve(certificate);
    for (const http2 of [true, false]) {
      for (const method of ['get', 'post'] as const) {
        expect(await ask(`${url}/who`, { lane, http2, method })).toMatchObject([
          { code: 'unavailable', reason, sent: false, marks: 0 },
        ]);
      }
    }
    expect(paths).toEqual([]);
  });

  it('never goes around a proxy, also where HTTP/2 is offered', async () => {
    const { url } = await serve(good);
    const asked: string[] = [];
    const proxy = await startServer((_request, response) => void response.writeHead(400).end());
    open.push(proxy);
    proxy.onConnect((target, near) => {
      asked.push(target);
      const far = connect(Number(new URL(url).port), '127.0.0.1', () => {
        near.write('HTTP/1.1 200 OK\r\n\r\n');
        near.pipe(far).pipe(near);
      });
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    expect(await answered(`${url}/who`, { lane, proxy: proxy.url })).toEqual([['1.1', 1, 1]]);
    expect(asked).toEqual([new URL(url).host]);
  });

  it('has no connection any more once the transport is disposed', async () => {
    const server = await serve(good);
    for (const http2 of [true, false]) await ask(`${server.url}/who`, { lane, http2, times: 3 });
    expect(server.sockets.size).toBeGreaterThan(0);
    await tell('dispose');
    await turns(() => server.sockets.size === 0);
    expect(await tell('handles')).toEqual([]);
  });
});

describe('HTTP/2', () => {
  it('takes one session for calls, streams and downloads, at the same time too', async () => {
    const { url, sockets } = await serve(good);
    expect(await answered(`${url}/who`, { times: 20 })).toEqual(Array(20).fill(['2.0', 1, 1]));
    for (const method of ['get', 'post', 'download'] as const) {
      expect(await answered(`${url}/who`, { method })).toEqual([['2.0', 1, 1]]);
    }
    expect(sockets.size).toBe(1);
  });

  it('is not insisted on: a server that knows HTTP/1.1 only is asked by that', async () => {
    const { url } = await serve(good, false);
    for (const method of ['get', 'post', 'get', 'download', 'get'] as const) {
      const [outcome] = await ask(`${url}/who`, { method });
      expect(outcome).toMatchObject({ answer: { version: '1.1' }, marks: 1 });
      // A connection is free again a moment after its answer was read.
      expect(outcome?.answer?.connection).toBeLessThanOrEqual(2);
    }
  });

  it('cancels the stream of an aborted call and keeps the session', async () => {
    const { url, hanging } = await serve(good);
    const waiting = ask(`${url}/hang`);
    await turns(() => hanging.length > 0);
    await tell('abort');
    expect(await waiting).toMatchObject([{ isAborted: true, marks: 1 }]);
    expect(await hanging[0]).toBe(constants.NGHTTP2_CANCEL);
    expect(await answered(`${url}/who`)).toEqual([['2.0', 1, 1]]);
  });

  it('gives a session up when its server does not answer at all any more, and only then', async () => {
    const { url, hanging } = await serve(good);
    const line = await openLine(url);
    const giveUp = async () => {
      const waiting = ask(`${line.url}/hang`);
      const before = hanging.length;
      await turns(() => hanging.length > before);
      await tell('holdTime');
      return async () => {
        await tell('abort');
        await waiting;
      };
    };
    await (await giveUp())();
    // Its answer comes after that of the PING.
    expect(await answered(`${line.url}/who`)).toEqual([['2.0', 1, 1]]);
    await tell('passTime');
    expect(await answered(`${line.url}/who`)).toEqual([['2.0', 1, 1]]);

    const abort = await giveUp();
    line.freeze();
    await abort();
    await tell('passTime');
    expect(await answered(`${line.url}/who`)).toEqual([['2.0', 2, 1]]);
  });

  it('may have sent what was reset or cut, and what was in flight at a GOAWAY', async () => {
    const { url } = await serve(good);
    const failed = [{ code: 'unavailable', sent: true, marks: 1 }];
    expect(await ask(`${url}/reset`)).toMatchObject(failed);
    expect(await ask(`${url}/cut`)).toMatchObject(failed);
    expect(await answered(`${url}/who`)).toEqual([['2.0', 1, 1]]);
    expect(await ask(`${url}/go-away`)).toMatchObject(failed);
    expect(await answered(`${url}/who`)).toEqual([['2.0', 2, 1]]);
  });

  it('begins a new session after the connection was cut, in a call or while idle', async () => {
    const { url, hanging, sockets } = await serve(good);
    const cut = () => {
      for (const socket of sockets) socket.destroy();
      return turns(() => sockets.size === 0);
    };
    const waiting = ask(`${url}/hang`);
    await turns(() => hanging.length > 0);
    await cut();
    expect(await waiting).toMatchObject([{ code: 'unavailable', sent: true, marks: 1 }]);
    expect(await answered(`${url}/who`)).toEqual([['2.0', 2, 1]]);
    await cut();
    // The one that is told of it by its own failure may have been sent.
    const [told] = await ask(`${url}/who`);
    if (told?.answer === undefined) expect(told).toMatchObject({ code: 'unavailable', sent: true });
    expect(await answered(`${url}/who`)).toEqual([['2.0', 3, 1]]);
  });

  it('has as good as not sent what the server refused before any processing (RFC 9113 §8.7)', async () => {
    const { url } = await serve(good);
    const refused = [{ code: 'unavailable', sent: false, reason: 'REFUSED_STREAM' }];
    expect(await ask(`${url}/refuse`)).toMatchObject(refused);
    expect(await answered(`${url}/who`)).toEqual([['2.0', 1, 1]]);
    expect(await ask(`${url}/go-away-before`)).toMatchObject(refused);
    expect(await answered(`${url}/who`)).toEqual([['2.0', 2, 1]]);
  });

  it('ends at once when the transport is disposed in the middle of a call', async () => {
    const { url, hanging, sockets } = await serve(good);
    const waiting = ask(`${url}/hang`);
    await turns(() => hanging.length > 0);
    await tell('dispose');
    expect(await waiting).toMatchObject([{ code: 'unavailable', sent: true }]);
    await turns(() => sockets.size === 0);
    expect(await tell('handles')).toEqual([]);
  });
});
