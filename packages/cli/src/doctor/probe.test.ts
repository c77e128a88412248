import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type LookupFunction, type Server } from 'node:net';
import { type Clock, systemClock } from '@im/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expired, good } from '../__fixtures__/certificates.ts';
import { Interrupted } from '../failure.ts';
import { type ProbeOptions, probe } from './probe.ts';

async function port(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const options = (more: Partial<ProbeOptions> = {}): ProbeOptions => ({
  clock: systemClock,
  signal: new AbortController().signal,
  timeoutMs: 10_000,
  ...more,
});

/** A clock that stands `aheadMs` off the machine's. */
const off = (aheadMs: number): Clock => ({ ...systemClock, now: () => Date.now() + aheadMs });

describe('a probe', () => {
  it('reaches a host and reads its clock, without a credential', async () => {
    const seen: unknown[] = [];
    const at = await port(
      createHttp(({ method, url, headers }, response) => {
        seen.push([method, url, headers.authorization]);
        response.writeHead(404).end();
      }),
    );
    const found = await probe(
      new URL(`http://127.0.0.1:${at}/deep/path?x=1`),
      options({ clock: off(120_000) }),
    );
    expect(found.failed).toBeUndefined();
    expect(found.connectMs).toBeGreaterThanOrEqual(0);
    expect(found.aheadMs).toBeGreaterThan(118_000);
    expect(found.aheadMs).toBeLessThan(122_000);
    expect(seen).toEqual([['HEAD', '/', undefined]]);
  });

  it('tells when a certificate ends, and does not accept what the machine would not', async () => {
    const listen = async (given: typeof good) => port(createHttps(given, (_, response) => response.end()));
    const self = await probe(new URL(`https://localhost:${await listen(good)}`), options());
    expect(self).toEqual({
      certificateEnds: Date.UTC(2126, 0, 1),
      failed: { step: 'TLS', says: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') },
    });
    const old = await probe(new URL(`https://localhost:${await listen(expired)}`), options());
    expect(old.certificateEnds).toBe(Date.UTC(2025, 5, 1));
    expect(old.failed?.step).toBe('TLS');
  });

  it('names the step that failed', async () => {
    const unknown: LookupFunction = (_name, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '', 4);
    expect((await probe(new URL('https://vendor.test'), options({ lookup: unknown }))).failed).toEqual({
      step: 'DNS',
      says: 'the name is not known (ENOTFOUND)',
    });
    const server = createTcp();
    const closed = await port(server);
    await new Promise((resolve) => server.close(resolve));
    for (const protocol of ['http', 'https', 'ldap'])
      expect((await probe(new URL(`${protocol}://127.0.0.1:${closed}`), options())).failed).toEqual({
        step: 'TCP',
        says: 'nobody listens there (ECONNREFUSED)',
      });
    const plain = await port(createHttp((_, response) => response.end()));
    expect((await probe(new URL(`https://127.0.0.1:${plain}`), options())).failed?.step).toBe('TLS');
    const cut = await port(createTcp((socket) => socket.destroy()));
    expect((await probe(new URL(`http://127.0.0.1:${cut}`), options())).failed?.step).toBe('HTTP');
  });

  it('is content with a connection where the protocol is not HTTP', async () => {
    const at = await port(createTcp((socket) => socket.on('error', () => undefined)));
    expect(await probe(new URL(`ldap://127.0.0.1:${at}`), options())).toEqual({
      connectMs: expect.any(Number),
    });
  });

  it('gives up in time, and at once when it is stopped', async () => {
    const silent = await port(createTcp((socket) => socket.on('error', () => undefined)));
    const url = new URL(`http://127.0.0.1:${silent}`);
    let fire = () => {};
    const clock: Clock = {
      now: () => 0,
      schedule: (_delayMs, callback) => {
        fire = callback;
        return () => undefined;
      },
    };
    const late = probe(url, options({ clock, timeoutMs: 1_000 }));
    fire();
    expect((await late).failed?.says).toBe('no answer within 1000 ms');
    const stop = new AbortController();
    const stopped = probe(url, options({ signal: stop.signal }));
    stop.abort(new Interrupted('SIGINT'));
    await expect(stopped).rejects.toBe(stop.signal.reason);
  });
});
