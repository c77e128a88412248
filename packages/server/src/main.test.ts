import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
  ])(
    'refuses %j with one message and 2',
    async (args, message) => {
      const { code, stderr } = await run(...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(stderr).not.toMatch(/^ +at /m);
    },
    20_000,
  );

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
