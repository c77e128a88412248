/** Commands that ask a hub: health and logs, against a hub of `@im/server`, and against what is none. */
import { createServer as createHttp, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistry, memoryState } from '@im/core';
import { createHubAccess, createServer } from '@im/server';
import { createVirtualClock, memory } from '@im/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collector, im, project } from '../__tests__/im.ts';
import { Interrupted } from '../index.ts';

/** A hub with notes for two tenants; with keys, when it is guarded. */
async function hub({ guarded = false } = {}) {
  const registry = createRegistry({ health: { checkIntervalMs: 0 } });
  for (const tenant of ['acme', 'zest']) registry.register(memory, { name: 'notes', tenant, options: {} });
  await registry.enableAll();
  const access = guarded ? createHubAccess({ state: memoryState() }) : undefined;
  const server = createServer({ registry, port: 0, settleMs: 0, graceMs: 0, access });
  await server.listen();
  onTestFinished(() => server.close());
  const made = await access?.createKey({ name: 'test', roles: ['viewer'], tenant: 'acme' });
  return { url: server.url, registry, server, key: made?.key.reveal() ?? '' };
}

/** A server that answers what it is told to. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createHttp(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('im health', () => {
  it('shows what a hub says', async () => {
    const { url } = await hub();
    const { code, stdout } = await im(['health', '--hub', url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/● {2}notes +acme +healthy[\s\S]*2 healthy\n$/);
    const { ok, integrations } = JSON.parse(
      (await im(['health', '--json', '-t', 'zest'], { env: { IM_HUB: url } })).stdout,
    );
    expect([ok, integrations.length, integrations[0].tenant]).toEqual([true, 1, 'zest']);
  });

  it('ends with 1 when something cannot be used', async () => {
    const { url, registry } = await hub();
    await registry.unregister({ name: 'notes', tenant: 'zest' });
    const sick = { ...memory, id: 'sick', check: async () => Promise.reject(new Error('no')) };
    registry.register(sick, { options: {} });
    await registry.enable({ name: 'sick' });
    const { code, stdout } = await im(['health', '--hub', url]);
    expect(code).toBe(1);
    expect(stdout).toContain('1 unhealthy, 1 healthy');
  });

  it('sends the key, and sees what the key lets see', async () => {
    const { url, key } = await hub({ guarded: true });
    const seen = await im(['health', '--json', '--hub', url], { env: { IM_HUB_KEY: key } });
    expect(JSON.parse(seen.stdout).integrations).toHaveLength(1);
    const without = await im(['health', '--hub', url]);
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('set IM_HUB_KEY') });
    const wrong = await im(['health', '--hub', url, '--key', 'im_hub_canary-key', '--json']);
    expect(JSON.parse(wrong.stderr).error).toMatchObject({ code: 'unauthenticated', exitCode: 1 });
    expect(wrong.stderr).not.toContain('canary');
  });

  it('prints a line for each look with --watch --json, and for people only what changed', async () => {
    const cwd = project();
    const watch = async (argv: readonly string[], looks: number) => {
      const clock = createVirtualClock();
      const stop = new AbortController();
      let seen = 0;
      const tick = () => {
        seen += 1;
        if (seen > looks) stop.abort(new Interrupted('SIGINT'));
        else void clock.advance(60_000);
      };
      const { schedule } = clock;
      // A look is over when the pause after it begins.
      const counting = {
        ...clock,
        now: clock.now,
        schedule: (...args: Parameters<typeof schedule>) => {
          const cancel = schedule(...args);
          if (args[0] === 60_000 && args[2]?.background !== true) setImmediate(tick);
          return cancel;
        },
      };
      return im(['health', '--watch', '--every', '1m', ...argv], {
        cwd,
        clock: counting,
        signal: stop.signal,
      });
    };
    const json = await watch(['--json'], 2);
    expect(json.code).toBe(130);
    const looks = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(looks.map(({ at, integrations }) => [at - looks[0].at, integrations.length])).toEqual([
      [0, 4],
      [60_000, 4],
      [120_000, 4],
    ]);
    const plain = await watch([], 3);
    expect(
      plain.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^\S+ /, ''))
        .sort(),
    ).toEqual([
      'acme/board healthy',
      'acme/notes healthy',
      expect.stringMatching(/^zest\/later disabled/),
      'zest/notes healthy',
    ]);
  });

  it.each([
    ['nonsense', 2, 'is no address of a hub'],
    ['ftp://x.test', 2, 'is no address of a hub'],
    ['http://user:canary@x.test', 2, 'holds a credential'],
  ])('refuses %s with %i', async (url, code, says) => {
    const ran = await im(['health', '--hub', url]);
    expect(ran).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(says) });
    expect(ran.stderr).not.toContain('canary');
  });

  it('waits no longer than ten seconds for an answer', async () => {
    const silent = await answering(() => undefined);
    const clock = createVirtualClock();
    const ran = im(['health', '--hub', silent], { clock });
    while (clock.pending === 0) await new Promise(setImmediate);
    await clock.advance(10_000);
    expect(await ran).toMatchObject({ code: 4, stderr: expect.stringContaining('no answer within 10 s') });
  });

  it('says so when nobody listens', async () => {
    const { url, server } = await hub();
    await server.close();
    const ran = await im(['health', '--hub', url]);
    expect(ran).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('cannot be reached: ECONNREFUSED'),
    });
    expect(await im(['logs', '--hub', url])).toMatchObject({ code: 4 });
  });

  it('says so when something else answers, and follows nobody elsewhere with the key', async () => {
    const page = await answering((_, response) => response.end('<html>'));
    expect(await im(['health', '--hub', page])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('not as a hub does'),
    });
    const away = await answering((_, response) => response.writeHead(302, { location: page }).end());
    expect(await im(['health', '--hub', away])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('cannot be reached'),
    });
    const broken = await answering((_, response) => response.writeHead(500).end());
    expect(await im(['health', '--hub', broken])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('answers 500'),
    });
  });
});

describe('im logs', () => {
  /** Runs until something was written, then Ctrl-C. */
  async function follow(
    argv: readonly string[],
    wanted: string,
    meanwhile: () => unknown,
    env: Record<string, string> = {},
  ) {
    const stop = new AbortController();
    const stdout = collector();
    const write = stdout.write.bind(stdout);
    Object.assign(stdout, {
      write: (piece: string) => {
        write(piece);
        if (stdout.text.includes(wanted)) stop.abort(new Interrupted('SIGINT'));
      },
    });
    const running = im(['logs', ...argv], { signal: stop.signal, stdout, env });
    await meanwhile();
    return running;
  }

  it('follows what happens, by the filters', async () => {
    const { url, registry } = await hub();
    const { code, stdout, stderr } = await follow(
      ['--hub', url, '--json', '-i', 'notes', '-t', 'zest', '-k', 'status'],
      '→ disabled',
      () => registry.disable({ name: 'notes', tenant: 'zest' }, 'for a rest'),
    );
    expect([code, JSON.parse(stderr).error.code]).toEqual([130, 'interrupted']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(events.map(({ tenant, kind }) => `${tenant} ${kind}`))).toEqual(new Set(['zest status']));
    expect(events.map(({ says }) => says)).toContainEqual(expect.stringMatching(/→ draining|→ disabled/));
  });

  it('takes a stream that broke up again where it was', async () => {
    const ids: unknown[] = [];
    const url = await answering((request, response) => {
      ids.push(request.headers['last-event-id']);
      const event = {
        at: 0,
        name: 'n',
        tenant: 't',
        provider: 'p',
        kind: 'status',
        says: `round ${ids.length}\x1b[2J`,
      };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`id: e-${ids.length}\ndata: ${JSON.stringify({ events: [event] })}\n\n`, () =>
        response.destroy(),
      );
    });
    const { stdout } = await follow(['--hub', url], 'round 2', () => undefined);
    expect(stdout).toBe(
      '1970-01-01T00:00:00.000Z t/n status round 1\n1970-01-01T00:00:00.000Z t/n status round 2\n',
    );
    expect(ids.slice(0, 2)).toEqual([undefined, 'e-1']);
  });

  it('needs a hub, and one that has a stream', async () => {
    expect(await im(['logs'])).toMatchObject({ code: 2, stderr: expect.stringContaining('IM_HUB') });
    const old = await answering((_, response) =>
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}'),
    );
    expect(await im(['logs', '--hub', old])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('hub of this version'),
    });
  });
});
