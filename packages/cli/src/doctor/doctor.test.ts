import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { systemClock } from '@im/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderWith, im, project } from '../__tests__/im.ts';
import type { Finding } from './finding.ts';
import { examineNode } from './node.ts';
import { fits } from './packages.ts';

async function findings(argv: readonly string[], world: Parameters<typeof im>[1]) {
  const { code, stdout } = await im(['doctor', '--json', ...argv], world);
  const { ok, findings: all } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  expect(code).toBe(ok ? 0 : 1);
  return { ok, text: stdout, of: (area: string) => all.filter((one) => one.area === area) };
}

function installed(packages: Readonly<Record<string, object>>): string {
  const folder = project();
  for (const [name, manifest] of Object.entries(packages)) {
    const file = join(folder, 'node_modules', name, 'package.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ name, version: '1.0.0', ...manifest }));
  }
  return folder;
}

describe('the doctor', () => {
  it('knows which Node is too old', () => {
    expect(examineNode('v22.11.0')).toMatchObject({ level: 'wrong', remedy: 'install Node 22.12 or newer' });
    for (const version of ['v22.12.0', 'v24.0.0']) expect(examineNode(version).level).toBe('fine');
  });

  it.each([
    ['1.2.3', '^1.2.0', true],
    ['2.0.0', '^1.2.0', false],
    ['0.1.9', '^0.1.2', true],
    ['0.2.0', '^0.1.2', false],
    ['0.1.1', '^0.1.2', false],
    ['0.0.4', '^0.0.3', false],
    ['5.1.0', '>=3', true],
    ['2.9.9', '>=3', false],
    ['7.0.0', '1 || 2', true],
  ])('sees whether %s is in %s: %s', (version, range, expected) => {
    expect(fits(version, range)).toBe(expected);
  });

  it('finds peers that are missing or do not fit, with the command that installs them', async () => {
    const cwd = installed({
      '@im/core': { version: '0.1.0' },
      '@im/radio': {
        peerDependencies: { '@im/core': '^0.2.0', tuner: '^3.0.0', speaker: '*' },
        peerDependenciesMeta: { speaker: { optional: true } },
      },
    });
    const { ok, of } = await findings(['--offline'], { cwd });
    expect(ok).toBe(false);
    expect(of('packages').slice(2)).toEqual([
      expect.objectContaining({
        level: 'wrong',
        says: '@im/radio needs @im/core ^0.2.0, and 0.1.0 is installed',
        remedy: 'npm install @im/core@^0.2.0',
      }),
      expect.objectContaining({
        level: 'wrong',
        says: '@im/radio needs tuner ^3.0.0, which is not installed',
        remedy: 'npm install tuner@^3.0.0',
      }),
      expect.objectContaining({ level: 'note', says: '@im/radio can do more with speaker' }),
    ]);
  });

  it('warns of a second copy of core, and of packages that cannot be read', async () => {
    const cwd = installed({
      '@im/core': { version: '0.1.0' },
      '@im/radio': { peerDependencies: { '@im/core': '^0.1.0' } },
      '@im/radio/node_modules/@im/core': { name: '@im/core', version: '0.1.7' },
      '@im/torn': { im: { integration: 5 } },
    });
    const { of } = await findings(['--offline'], { cwd });
    expect(of('packages')).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        says: '@im/radio has a copy of @im/core of its own (0.1.7)',
      }),
    );
    expect(of('packages')).toContainEqual(
      expect.objectContaining({ level: 'wrong', says: expect.stringContaining('im.integration') }),
    );
  });

  it('tells every fault of the configuration with its place, and variables that are not set', async () => {
    const cwd = project({
      'integrations.yaml': `integrations:\n  notes: { use: ./notes.mjs#notes, options: { maxNotes: '\${env:NOT_SET}' }, enabeld: 1 }\n`,
    });
    const { ok, of } = await findings(['--offline'], { cwd });
    expect(ok).toBe(false);
    expect(of('configuration')).toEqual([
      expect.objectContaining({
        says: expect.stringContaining('"enabeld"'),
        place: expect.objectContaining({ line: 2, column: 77 }),
      }),
    ]);
    expect(of('environment')).toEqual([
      expect.objectContaining({
        level: 'wrong',
        remedy: expect.stringContaining('set NOT_SET'),
        place: expect.objectContaining({ variable: 'NOT_SET', line: 2 }),
      }),
    ]);
    const { stdout } = await im(['doctor', '--offline'], { cwd });
    expect(stdout).toMatch(
      /✗ integrations\.yaml:2:77 integrations\.notes has the unknown key "enabeld"\n +→ /,
    );
    expect(stdout).toMatch(/2 wrong/);
  });

  it('looks at proxies and padded variables, and shows no secret', async () => {
    const env = { HTTPS_PROXY: 'http://user:canary-proxy@proxy.test:3128', MAX_NOTES: ' 5 ' };
    const { text, of } = await findings(['--offline'], { cwd: project(), env });
    expect(of('proxy')).toEqual([
      expect.objectContaining({ level: 'warning', says: expect.stringContaining('http://proxy.test:3128') }),
    ]);
    expect(of('environment')).toContainEqual(
      expect.objectContaining({ level: 'warning', says: expect.stringContaining('MAX_NOTES') }),
    );
    expect(text).not.toContain('canary');
  });

  it('says what to begin with where nothing is', async () => {
    const { of } = await findings(['--offline'], { cwd: folderWith({}) });
    expect(of('packages')[0]?.remedy).toBe('npm install @im/core');
    expect(of('configuration')[0]?.remedy).toBe('make one: im init');
  });
});

describe('the doctor asks hosts', () => {
  /** An integration whose options name the address of its vendor. */
  async function talking() {
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const cwd = project({
      'far.mjs': `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
import { memory } from ${JSON.stringify(import.meta.resolve('@im/testing'))};
export const far = { ...memory, id: 'far', egress: ['api.vendor.test'], options: z.strictObject({ baseUrl: z.url() }),
  connect: () => ({}), check: undefined };`,
      'integrations.yaml': `integrations:\n  far: { use: ./far.mjs, options: { baseUrl: 'http://127.0.0.1:${port}/v1/' } }\n  off: { use: ./far.mjs, enabled: false }\n`,
    });
    return { cwd, port, server };
  }

  it('where their options lead, and tells when the clock is wrong', async () => {
    const { cwd, port } = await talking();
    const { ok, of } = await findings([], { cwd });
    expect(ok).toBe(true);
    expect(of('network')).toEqual([
      expect.objectContaining({
        level: 'fine',
        says: expect.stringContaining(`http://127.0.0.1:${port} (far) reached in`),
      }),
    ]);
    expect(of('clock')).toEqual([expect.objectContaining({ level: 'fine' })]);
    const late = { ...systemClock, now: () => Date.now() - 300_000 };
    const skewed = await findings([], { cwd, clock: late });
    expect(skewed.of('clock')).toEqual([
      expect.objectContaining({ level: 'wrong', says: expect.stringMatching(/(299|300)\.\d s behind/) }),
    ]);
  });

  it('and says at which step it ends, and what to do', async () => {
    const { cwd, server } = await talking();
    await new Promise((resolve) => server.close(resolve));
    const { ok, of } = await findings([], { cwd });
    expect(ok).toBe(false);
    expect(of('network')).toEqual([
      expect.objectContaining({
        level: 'wrong',
        says: expect.stringContaining('TCP: nobody listens there (ECONNREFUSED)'),
        remedy: expect.stringContaining('firewall'),
      }),
    ]);
  });

  it('tells of a state store that is named and not installed', async () => {
    const { text, of } = await findings([], {
      cwd: folderWith({}),
      env: { REDIS_URL: 'redis://:canary-redis@127.0.0.1:1' },
    });
    expect(of('state')).toEqual([
      expect.objectContaining({ level: 'warning', remedy: 'npm install @im/redis' }),
    ]);
    expect(text).not.toContain('canary');
  });
});
