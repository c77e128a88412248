/** The program as a process: what only a process shows, such as signals, pipes and terminals. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { describeProgram } from '@im/testing/vitest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderWith, im, imProcess, program, project, start } from './__tests__/im.ts';

/** The first line of a stream that matches. */
async function lineOf(stream: Readable | null, wanted: RegExp): Promise<string> {
  for await (const line of createInterface({ input: stream as Readable })) if (wanted.test(line)) return line;
  throw new Error(`no line matches ${wanted}`);
}

async function exitOf(child: ChildProcess, signal?: NodeJS.Signals): Promise<unknown> {
  const exited = once(child, 'exit');
  if (signal !== undefined) child.kill(signal);
  return (await exited)[0];
}

describe('the program', () => {
  it('serves a configuration until it is stopped, and that is no failure', async () => {
    const child = start(['serve', '--port', '0', '--json'], { cwd: project() });
    const { url } = JSON.parse(await lineOf(child.stdout, /url/)) as { url: string };
    const seen = await imProcess(['health', '--hub', url, '--json', '--tenant', 'zest']);
    expect(seen).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(seen.stdout).integrations.map(({ name }: { name: string }) => name)).toEqual([
      'later',
      'notes',
    ]);
    expect(await exitOf(child, 'SIGINT')).toBe(0);
  });

  it('refuses a port that is taken with 4, and a broken configuration with 3', async () => {
    const cwd = project();
    const first = start(['serve', '--port', '0', '--json'], { cwd });
    const { url } = JSON.parse(await lineOf(first.stdout, /url/)) as { url: string };
    const second = await imProcess(['serve', '--port', new URL(url).port], { cwd });
    expect(second).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/something else listens there[\s\S]*--port 0/),
    });
    const broken = folderWith({ 'integrations.yaml': 'integrations: [\n' });
    expect(await imProcess(['serve'], { cwd: broken })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('integrations.yaml:'),
    });
  });

  it('runs the sandbox of what is installed, here the notes of the testing package alone', async () => {
    const child = start(['sandbox', '--port', '0', '--json', '-t', 'acme', '--calm'], {
      cwd: folderWith({}),
    });
    const written: string[] = [];
    for await (const line of createInterface({ input: child.stdout as Readable })) {
      written.push(line);
      if (line === '}') break;
    }
    const { url, integrations } = JSON.parse(written.join('\n')) as { url: string; integrations: unknown[] };
    expect(integrations).toEqual([
      expect.objectContaining({ name: 'memory', tenant: 'acme', mode: 'in process' }),
    ]);
    expect((await fetch(`${url}/integrations/health`)).status).toBe(200);
    expect(await exitOf(child, 'SIGTERM')).toBe(0);
  });

  it('runs the conformance suite of an integration in a file, and writes the report', async () => {
    const cwd = project();
    const ran = await imProcess(['conformance', './notes.mjs', '-o', 'conformance.json'], { cwd });
    expect(ran).toMatchObject({ code: 0, stderr: 'wrote conformance.json\n' });
    expect(ran.stdout).toMatch(/^– +C-009 +M-05 +an operation tagged read .* it talks to nobody$/m);
    expect(ran.stdout).toMatch(/\.\/notes\.mjs: \d+ passed, 0 failed, \d+ not applicable\n$/);
    const { reports } = JSON.parse(readFileSync(join(cwd, 'conformance.json'), 'utf8'));
    expect(reports[0]).toMatchObject({ provider: 'memory', contract: 1, failed: 0 });
  });

  it('ends with 1 when a case fails, and says what is wrong', async () => {
    const cwd = folderWith({
      'bad.mjs': `import { memory, memoryHarness as harness } from ${JSON.stringify(import.meta.resolve('@im/testing'))};
export const bad = { ...memory, docs: 'http://not-secure.test' };
export { harness };`,
    });
    const ran = await imProcess(['conformance', './bad.mjs', '--case', 'C-001', '--json'], { cwd });
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout).reports[0].results).toEqual([
      expect.objectContaining({ id: 'C-001', outcome: 'failed', says: expect.stringContaining('docs') }),
    ]);
  });

  it.each([
    ['./nothing.mjs', 'is neither a package nor a file'],
    ['nothing', 'there is no installed integration "nothing"'],
    ['./notes.mjs --case C-999', 'there is no case "C-999"'],
  ])('refuses conformance %s', async (words, says) => {
    const ran = await im(['conformance', ...words.split(' ')], { cwd: project() });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
  });

  it('ends promptly by Ctrl-C while it waits', async () => {
    const child = start(['health', '--watch', '--every', '10m'], { cwd: project() });
    await lineOf(child.stdout, /notes healthy/);
    expect(await exitOf(child, 'SIGINT')).toBe(130);
  });

  it('does not mind when nobody reads on', () => {
    const words = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
    const { stdout, stderr } = spawnSync('sh', ['-c', `${words} call many count 100000 --all | head -n 1`], {
      cwd: folderWith({
        'many.mjs': `import { pages, read } from ${JSON.stringify(import.meta.resolve('@im/core'))};
import { memory } from ${JSON.stringify(import.meta.resolve('@im/testing'))};
export const many = { ...memory, id: 'many', check: undefined, connect: () => ({
  count: pages(read(async (to, { cursor = '0' }) => ({ items: Array.from({ length: 1000 }, (_, n) => n), next: String(Number(cursor) + 1000) }))) }) };`,
        'integrations.yaml': 'integrations:\n  many: { use: ./many.mjs }\n',
      }),
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['0\n', '']);
  });
});

describeProgram('on a terminal', 'script', 'apt-get install bsdutils', () => {
  it('health --watch draws a table that q ends, and puts the terminal back', async () => {
    const words = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    const child = spawn(
      'script',
      ['-qec', `stty rows 8 cols 60; ${words} health --watch --every 100ms`, '/dev/null'],
      {
        cwd: project(),
        env: { PATH, NODE_COMPILE_CACHE, TERM: 'xterm', NO_COLOR: '1' },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    let drawn = '';
    let pressed = false;
    child.stdout.on('data', (piece) => {
      drawn += String(piece);
      if (pressed || drawn.split('q quits').length < 3) return;
      pressed = true;
      child.stdin.write('q');
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    const [before = '', picture = ''] = drawn.split('\x1b[H');
    expect(before).toContain('\x1b[?1049h\x1b[?25l');
    const lines = picture
      .replaceAll('\x1b[K', '')
      .replaceAll('\x1b[J', '')
      .split('\r\n')
      .map((line) => line.replace(/\r$/, ''));
    expect(lines.length).toBeLessThanOrEqual(8);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(lines).toContainEqual(expect.stringMatching(/^● {2}notes +acme +healthy/));
    expect(drawn).toContain('\x1b[?25h\x1b[?1049l');
  });
});
