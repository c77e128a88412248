/** What becomes of the store while its server is away, frozen, behind TLS or behind sentinels. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type StateStore, tryLock } from '@im/core';
import { describeProgram } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { freePort, howToInstallRedis, startRedisServer } from './__tests__/redis-server.ts';
import { redisState } from './index.ts';

const patient = { commandTimeoutMs: 20_000, connectTimeoutMs: 20_000 };

/** Asks until the store answers again. */
async function whenBack(store: StateStore): Promise<void> {
  for (;;) {
    const isBack = await store.get('x').then(
      () => true,
      () => false,
    );
    if (isBack) return;
    await pass(10);
  }
}

const timed = async (work: Promise<unknown>) => {
  const from = performance.now();
  const error = await work.catch((thrown: unknown) => thrown);
  return { error, ms: performance.now() - from };
};

describeProgram('while Redis is away', 'redis-server', howToInstallRedis, () => {
  it('says so in time when nothing listens, then at once, and is there when it comes', async () => {
    const port = await freePort();
    await using store = redisState({ url: `redis://127.0.0.1:${port}`, commandTimeoutMs: 200 });
    const first = await timed(store.get('key'));
    expect(first.error).toMatchObject({ code: 'unavailable', retryable: true, effect: 'none' });
    expect(String(first.error)).toContain(`ECONNREFUSED`);
    expect(String(first.error)).toContain(`127.0.0.1:${port}`);
    const later = await timed(Promise.allSettled(Array.from({ length: 1_000 }, () => store.set('key', '1'))));
    expect(later.ms).toBeLessThan(first.ms + 200);
    await using _server = await startRedisServer([], { port });
    await whenBack(store);
    await store.set('key', '1');
  });

  it('ends what was under way when it is killed, sends nothing late, and goes on when it is back', async () => {
    await using server = await startRedisServer(['--appendonly', 'yes', '--appendfsync', 'always']);
    await using store = redisState({ url: server.url, commandTimeoutMs: 500 });
    expect(await store.increment('n')).toBe(1);
    const version = await store.set('key', '1');
    const going = Promise.allSettled(Array.from({ length: 100 }, () => store.increment('other')));
    await server.kill();
    for (const outcome of await going) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ code: 'unavailable', effect: 'unknown' });
    }
    for (let time = 0; time < 3; time += 1)
      await expect(store.increment('n')).rejects.toMatchObject({ code: 'unavailable', effect: 'none' });
    await expect(tryLock(store, 'job', 60_000)).rejects.toMatchObject({ code: 'unavailable' });
    await server.start();
    await whenBack(store);
    expect(await store.increment('n')).toBe(2);
    expect(await store.compareAndSet('key', version, '2')).toBeDefined();
    expect(await tryLock(store, 'job', 60_000)).toBeDefined();
  }, 30_000);

  it('loses no write that can be repeated to a quick restart, and does none twice', async () => {
    await using server = await startRedisServer(['--appendonly', 'yes', '--appendfsync', 'always']);
    await using store = redisState({ url: server.url, ...patient });
    const old = await store.set('set', '0');
    // The server is killed with some of these written and unanswered, others on their way, others not yet sent.
    const going = Promise.all(
      Array.from({ length: 200 }, async (_, index) => [
        await store.set(`set/${index}`, 'x'),
        await store.compareAndSet(`new/${index}`, undefined, 'x'),
        await store.get('set'),
      ]),
    );
    await pass(1);
    await server.kill();
    await server.start();
    for (const [set, made, got] of await going) {
      expect(set).toBeTypeOf('string');
      expect(made).toBeTypeOf('string');
      expect(got).toEqual({ value: '0', version: old });
    }
  }, 30_000);

  it('gives no version twice, even when the server lost its data', async () => {
    await using server = await startRedisServer();
    await using store = redisState({ url: server.url, ...patient });
    const before = await store.compareAndSet('key', undefined, '1');
    await server.kill();
    await server.start();
    await whenBack(store);
    await store.compareAndSet('key', undefined, '2');
    expect(await store.compareAndSet('key', before, '3')).toBeUndefined();
    expect((await store.get('key'))?.value).toBe('2');
  }, 30_000);

  it('waits no longer than it may for a server that froze, and uses it again', async () => {
    await using server = await startRedisServer();
    await using store = redisState({ url: server.url, commandTimeoutMs: 300, connectTimeoutMs: 300 });
    await store.set('key', '1');
    server.freeze();
    const { error, ms } = await timed(store.set('key', '2'));
    expect(error).toMatchObject({ code: 'unavailable', effect: 'unknown' });
    expect(String(error)).toContain('no answer within 300 ms');
    expect(ms).toBeGreaterThan(250);
    server.thaw();
    await whenBack(store);
    await store.set('key', '3');
    expect((await store.get('key'))?.value).toBe('3');
  }, 30_000);

  it('is disposed at once, with the server frozen or gone', async () => {
    await using server = await startRedisServer();
    const store = redisState({ url: server.url, ...patient });
    await store.set('key', '1');
    server.freeze();
    const going = expect(store.get('key')).rejects.toThrow('the store is closed');
    await store[Symbol.asyncDispose]();
    await going;
    const nowhere = redisState({ url: `redis://127.0.0.1:${await freePort()}`, ...patient });
    const never = expect(nowhere.get('key')).rejects.toThrow('the store is closed');
    await nowhere[Symbol.asyncDispose]();
    await never;
    await redisState()[Symbol.asyncDispose]();
  });
});

describeProgram('behind TLS', ['redis-server', 'openssl'], howToInstallRedis, () => {
  it('checks the certificate of the server, and shows its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'im-tls-'));
    try {
      const at = (name: string) => join(folder, name);
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
      const files = ['-keyout', at('key.pem'), '-out', at('cert.pem')];
      await promisify(execFile)('openssl', [...request, ...files, ...subject]);
      const [cert, key] = await Promise.all([
        readFile(at('cert.pem'), 'utf8'),
        readFile(at('key.pem'), 'utf8'),
      ]);
      const flags = ['--tls-cert-file', at('cert.pem'), '--tls-key-file', at('key.pem')];
      await using server = await startRedisServer([...flags, '--tls-ca-cert-file', at('cert.pem')], {
        scheme: 'rediss',
      });
      const tls = { ca: cert, cert, key, serverName: 'localhost' };
      await using store = redisState({ url: server.url, tls, ...patient });
      await store.set('key', '1');
      await using distrusting = redisState({ url: server.url, commandTimeoutMs: 1_000 });
      await expect(distrusting.get('key')).rejects.toMatchObject({ code: 'unavailable' });
      await using anonymous = redisState({
        url: server.url,
        tls: { ca: cert, serverName: 'localhost' },
        commandTimeoutMs: 1_000,
      });
      await expect(anonymous.get('key')).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 30_000);
});

describeProgram('behind sentinels', 'redis-server', howToInstallRedis, () => {
  it('finds the server that they name', async () => {
    await using server = await startRedisServer();
    const folder = await mkdtemp(join(tmpdir(), 'im-sentinel-'));
    try {
      const file = join(folder, 'sentinel.conf');
      await writeFile(file, `sentinel monitor main 127.0.0.1 ${server.port} 1\n`);
      const port = await freePort();
      await using _sentinel = await startRedisServer([], { port, sentinel: file });
      await using store = redisState({
        sentinel: { name: 'main', nodes: [`127.0.0.1:${port}`] },
        ...patient,
      });
      await store.set('key', '1');
      await using direct = redisState({ url: server.url, ...patient });
      expect((await direct.get('key'))?.value).toBe('1');
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 30_000);
});
