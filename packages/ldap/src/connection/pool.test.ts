import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openRig, startServer } from '../__tests__/rig.ts';
import { encodeResult } from '../fake/encode.ts';
import { fakePeople } from '../testing.ts';

const _ada = fakePeople[0]?.password ?? '';
const _granted = (id = 1) => encodeResult(id, 0x78, { code: 0 });
const methods = ({ exchanges }: { readonly exchanges: readonly { readonly method: string }[] }) =>
  exchanges.map(({ method }) => method);

describe('several servers', () => {
  it('the next is asked when one is busy, and the first again after a rest', async () => {
    await using rig = await openRig({ virtual: true, fakes: 2 });
    const [first, second] = rig.fakes;
    const client = rig.connect();
    first?.answerWith('SEARCH', { code: 51 });
    await rig.until(client.findUser('ada'));
    expect([methods(first as never), methods(second as never)]).toEqual([
      ['BIND', 'SEARCH'],
      ['BIND', 'SEARCH'],
    ]);
    // The connection that is there is used; a new one goes to the preferred server.
    await rig.clock.advance(61_000);
    await rig.until(client.findUser('ada'));
    expect(methods(first as never)).toEqual(['BIND', 'SEARCH', 'BIND', 'SEARCH']);
  });

  it('the next is asked when one takes connections and says nothing', async () => {
    await using silent = await startServer(() => {});
    await using rig = await openRig({ virtual: true });
    const client = rig.connect({ urls: [silent.url, rig.fake.url], connectTimeoutMs: 2_000 });
    const before = rig.clock.now();
    expect((await rig.until(client.findUser('ada'))).login).toBe('ada');
    expect(rig.clock.now() - before).toBe(2_000);
    expect((await rig.until(client.findUser('grace'))).login).toBe('grace');
    expect(rig.clock.now() - before).toBe(2_000);
  });

  it('the next is asked when one falls silent in the middle', async () => {
    await using rig = await openRig({ virtual: true, fakes: 2 });
    const [first, second] = rig.fakes;
    const client = rig.connect({ answerTimeoutMs: 3_000 });
    await rig.until(client.findUser('ada'));
    first?.inject({ fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY } });
    const before = rig.clock.now();
    expect((await rig.until(client.findUser('grace'))).login).toBe('grace');
    expect(rig.clock.now() - before).toBeLessThan(4_000);
    expect(methods(second as never)).toEqual(['BIND', 'SEARCH']);
  });

  it('a server on which calls run out of time is not asked first again', async () => {
    await using rig = await openRig({ virtual: true, fakes: 2 });
    const [first, second] = rig.fakes;
    const client = rig.connect({}, { timeoutMs: 1_000, attemptTimeoutMs: 1_000 });
    first?.inject({ fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY }, method: 'SEARCH' });
    await expect(rig.until(client.findUser('ada'))).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    await rig.until(client.findUser('ada'));
    expect(methods(second as never)).toEqual(['BIND', 'SEARCH']);
  });

  it('none of which answers are named, each with its reason', async () => {
    await using web = await startServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    await using rig = await openRig();
    const client = rig.connect({ urls: ['ldap://127.0.0.1:1', web.url] }, { retry: false });
    await expect(rig.until(client.findUser('ada'))).rejects.toMatchObject({
      code: 'unavailable',
      message: `ldap.findUser: ldap://127.0.0.1:1: no server listens there, or it cannot be reached; ${web.url}: what answers there does not speak LDAP`,
    });
  });
});

describe('the pool', () => {
  it('has no more connections than it may, and serves whoever waits in turn', async () => {
    await using rig = await openRig();
    const client = rig.connect({ poolSize: 3 });
    const logins = fakePeople.map(({ login }) => login);
    const calls = Array.from({ length: 40 }, (_, index) =>
      client.findUser(logins[index % logins.length] as string),
    );
    expect(await Promise.all(calls)).toHaveLength(40);
    expect(methods(rig.fake).filter((method) => method === 'BIND')).toHaveLength(3);
    expect(methods(rig.fake).filter((method) => method === 'SEARCH')).toHaveLength(40);
  });

  it('uses a connection again, closes it when it was idle for long, and makes another when it is needed', async () => {
    await using rig = await openRig({ virtual: true });
    const client = rig.connect({ idleMs: 5_000 });
    for (let count = 0; count < 3; count += 1) await rig.until(client.findUser('ada'));
    expect(methods(rig.fake)).toEqual(['BIND', 'SEARCH', 'SEARCH', 'SEARCH']);
    await rig.clock.advance(6_000);
    await rig.until(client.findUser('ada'));
    expect(methods(rig.fake).slice(4)).toEqual(['BIND', 'SEARCH']);
  });

  it('bears that the server hangs up: nothing is ever sent on a connection that is not bound', async () => {
    await using rig = await openRig();
    const client = rig.connect();
    await rig.until(client.findUser('ada'));
    rig.fake.inject({ fault: { kind: 'cut', when: 'before' } });
    expect((await rig.until(client.findUser('ada'))).login).toBe('ada');
    const searches = rig.fake.exchanges.filter(({ method }) => method === 'SEARCH');
    expect(new Set(searches.map(({ requestHeaders }) => requestHeaders['bound-as']))).toEqual(
      new Set(['cn=service-acme,ou=services,dc=example,dc=org']),
    );
  });

  it('lets a caller go who does not want to wait any longer', async () => {
    await using rig = await openRig({ virtual: true });
    const client = rig.connect({ poolSize: 1 });
    rig.fake.inject({ fault: { kind: 'latency', delayMs: 60_000 }, method: 'SEARCH' });
    const first = client.findUser('ada');
    const abort = new AbortController();
    const second = client.findUser('grace', { signal: abort.signal });
    const reason = new Error('changed my mind');
    while (rig.fake.exchanges.length < 2) await turn();
    abort.abort(reason);
    await expect(second).rejects.toBe(reason);
    // The first is bounded by the server's silence, and asked again.
    expect((await rig.until(first)).login).toBe('ada');
    expect((await rig.until(client.findUser('grace'))).login).toBe('grace');
  });
});
