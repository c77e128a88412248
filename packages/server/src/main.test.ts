import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleRegistry } from './__fixtures__/registry.ts';
import { createServer } from './server.ts';

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(...args: readonly string[]) {
  const child = spawn(
    process.execPath,
    ['--conditions=@im/source', join(import.meta.dirname, 'main.ts'), ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  children.add(child);
  return child;
}

async function run(...args: readonly string[]) {
  const child = start(...args);
  const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  return { code: code as number | null, stderr };
}

const emptyFile = join(import.meta.dirname, '__fixtures__/empty.yaml');

/** An integration in one file, which talks to nobody. */
const integration = `
export const notes = {
  id: 'notes', title: 'Notes', category: 'example', contract: 1, docs: 'https://example.test', egress: [],
  options: z.strictObject({ size: z.number() }), errors: { docs: 'https://example.test', rows: [] },
  connect: () => ({ get: read(async (_call) => 'a note') }),
  check: (api, call) => api.get(call),
};`;

describe('the program', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-server-'));
    const imports = `import { read } from ${JSON.stringify(import.meta.resolve('@im/core'))};\nimport { z } from ${JSON.stringify(import.meta.resolve('zod'))};\n`;
    await writeFile(join(folder, 'notes.mjs'), imports + integration);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const config = async (yaml: string) => {
    const file = join(folder, 'integrations.yaml');
    await writeFile(file, yaml);
    return file;
  };

  it('runs what the file says, and stops with 0 when it is told to', async () => {
    const file = await config(
      'tenants:\n  acme:\n    integrations:\n      notes: { use: ./notes.mjs, options: { size: 1 }, required: true }\n',
    );
    const child = start('--config', file, '--port', '0');
    const lines = createInterface({ input: child.stderr });
    let url = '';
    for await (const line of lines) {
      url = (JSON.parse(line) as { url?: string }).url ?? '';
      if (url !== '') break;
    }
    const answer = await fetch(`${url}/integrations/health/notes?tenant=acme`);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      expect.objectContaining({ status: 'healthy', required: true }),
    ]);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }, 20_000);

  it('prints every fault of the configuration with its place and ends with 2', async () => {
    const file = await config(
      'tenants:\n  acme:\n    integrations:\n      notes: { use: ./notes.mjs, options: { size: many, colour: red } }\n      other: { use: ./nowhere.mjs }\n',
    );
    const { code, stderr } = await run('--config', file, '--port', '0');
    expect(code).toBe(2);
    for (const part of ['integrations.yaml:4:', 'size', 'colour', 'integrations.yaml:5:', 'nowhere.mjs'])
      expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/^ +at /m);
  }, 20_000);

  it.each([
    [[], '--config is missing'],
    [['--config', '/nowhere/x.yaml'], 'the file does not exist'],
    [['--config', 'x', '--port', '99999'], '--port must be a whole number from 0 to 65535'],
    [['--colour'], "Unknown option '--colour'"],
    [['--config', emptyFile, '--new-key', 'admin'], '--new-key needs hub.access'],
  ])(
    'refuses %j with one message and 2',
    async (args, message) => {
      const { code, stderr } = await run(...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(stderr).not.toMatch(/^ +at /m);
    },
    20_000,
  );

  it('lets in who has a key that it made, follows the file on SIGHUP, and records both', async () => {
    const keys = join(folder, 'keys.jsonl');
    const audit = join(folder, 'audit.log');
    const hub = `hub: { access: { keysFile: keys.jsonl }, audit: { file: audit.log } }\n`;
    const notes = (size: number) => `notes: { use: ./notes.mjs, options: { size: ${size} } }`;
    const file = await config(`${hub}integrations:\n  ${notes(1)}\n`);
    const child = start('--config', file, '--port', '0');
    const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    const line = async (message: string) => {
      for (;;) {
        const { value = '{}', done } = await lines.next();
        const entry = JSON.parse(value) as { message?: string; url?: string; done?: unknown };
        if (done || entry.message === message) return entry;
      }
    };
    const { url } = await line('listening');
    const maker = start('--config', file, '--new-key', 'admin');
    const key = (await text(maker.stdout)).trim();
    const get = async (path: string, authorization: string) =>
      (await fetch(`${url}${path}`, { headers: { authorization } })).status;
    expect([
      await get('/integrations/status', `Bearer ${key}`),
      await get('/integrations/status', 'Bearer x'),
    ]).toEqual([200, 401]);
    await config(`${hub}integrations:\n  ${notes(1)}\n  more: { use: ./notes.mjs, options: { size: 2 } }\n`);
    child.kill('SIGHUP');
    expect(await line('reloaded')).toMatchObject({ done: ['default/more'], failed: 0, restartNeeded: false });
    expect(await get('/integrations/health/more', `Bearer ${key}`)).toBe(200);
    await config('integrations: {');
    child.kill('SIGHUP');
    await line('the configuration was not reloaded');
    expect(await get('/integrations/health/more', `Bearer ${key}`)).toBe(200);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await readFile(keys, 'utf8')).not.toContain(key);
    expect((await readFile(audit, 'utf8')).match(/"action":"hub.reload","phase":"\w+"/g)).toEqual([
      '"action":"hub.reload","phase":"intent"',
      '"action":"hub.reload","phase":"done"',
      '"action":"hub.reload","phase":"intent"',
      '"action":"hub.reload","phase":"failed"',
    ]);
  }, 20_000);

  it('follows the file by itself when it is told to watch it', async () => {
    const file = await config('hub: { watch: true }\nintegrations: {}\n');
    const child = start('--config', file, '--port', '0');
    let url = '';
    for await (const line of createInterface({ input: child.stderr })) {
      url = (JSON.parse(line) as { url?: string }).url ?? '';
      if (url !== '') break;
    }
    await config(
      'hub: { watch: true }\nintegrations: { more: { use: ./notes.mjs, options: { size: 2 } } }\n',
    );
    const status = async () => (await fetch(`${url}/integrations/health/more`)).status;
    await vi.waitFor(async () => expect(await status()).toBe(200), { timeout: 15_000, interval: 50 });
    child.kill('SIGKILL');
  }, 20_000);

  it('names the package that is missing, and the command that installs it', async () => {
    const { code, stderr } = await run(
      '--config',
      await config("integrations: { x: { use: '@im/nowhere' } }\n"),
      '--port',
      '0',
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining('npm install @im/nowhere')]);
  }, 20_000);

  it('says in plain words that the port is taken, and ends with 1', async () => {
    await using taken = createServer({ registry: sampleRegistry([]), port: 0, settleMs: 10 });
    const { port } = new URL(await taken.listen());
    const { code, stderr } = await run('--config', await config('integrations: {}\n'), '--port', port);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`cannot listen on 127.0.0.1:${port}: something else listens there`),
    ]);
  }, 20_000);
});
