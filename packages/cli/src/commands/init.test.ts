import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeProgram } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { folderWith, im, imProcess, program } from '../__tests__/im.ts';

const packages = resolve(import.meta.dirname, '../../..');

/** An application in which some packages of the workspace are installed. */
function application(files: Readonly<Record<string, string>> = {}): string {
  const folder = folderWith({
    'package.json': '{\n    "name": "app",\n    "type": "module"\n}\n',
    ...files,
  });
  mkdirSync(join(folder, 'node_modules/@im'), { recursive: true });
  for (const name of ['core', 'spotify', 'stripe'])
    symlinkSync(join(packages, name), join(folder, 'node_modules/@im', name));
  return folder;
}

/** As a reference to a variable is written. */
const from = (name: string) => `\${env:${name}}`;

const read = (cwd: string, name: string) => readFileSync(join(cwd, name), 'utf8');
const keys = { SPOTIFY_CLIENT_ID: 'an-id', SPOTIFY_CLIENT_SECRET: 'a-secret-of-spotify' };

describe('im init', () => {
  it('writes a configuration that is right once the variables are set, and a program', async () => {
    const cwd = application();
    const ran = await imProcess(['init', '--json', '-i', 'spotify', '-t', 'acme', '-t', 'zest'], { cwd });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      written: [
        'integrations.yaml',
        'integrations.schema.json',
        '.env.example',
        'integrations.sample.mjs',
        'package.json',
      ],
      integrations: ['spotify'],
      tenants: ['acme', 'zest'],
    });
    expect(parse(read(cwd, 'integrations.yaml'))).toEqual({
      templates: {
        standard: {
          integrations: {
            spotify: {
              use: '@im/spotify',
              options: { clientId: from('SPOTIFY_CLIENT_ID'), clientSecret: from('SPOTIFY_CLIENT_SECRET') },
            },
          },
        },
      },
      tenants: { acme: { extends: 'standard' }, zest: { extends: 'standard' } },
    });
    expect(read(cwd, 'integrations.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\/integrations\.schema\.json\n/,
    );
    expect(JSON.parse(read(cwd, 'integrations.schema.json')).$defs).toHaveProperty('options-spotify');
    expect(read(cwd, '.env.example')).toContain('SPOTIFY_CLIENT_SECRET=');
    expect(read(cwd, 'package.json')).toBe(
      '{\n    "name": "app",\n    "type": "module",\n    "scripts": {\n        "im:check": "im check",\n        "im:serve": "im serve"\n    }\n}\n',
    );

    const { status } = spawnSync(process.execPath, ['--check', 'integrations.sample.mjs'], { cwd });
    expect(status).toBe(0);
    expect(await imProcess(['config', 'validate'], { cwd })).toMatchObject({ code: 3 });
    writeFileSync(
      join(cwd, '.env'),
      Object.entries(keys)
        .map((pair) => pair.join('='))
        .join('\n'),
    );
    expect(await imProcess(['config', 'validate'], { cwd })).toMatchObject({ code: 0 });
  });

  it('writes over nothing, and says what is in the way', async () => {
    const cwd = application({ 'integrations.yaml': 'mine', '.env.example': 'mine too' });
    const refused = await imProcess(['init', '-y', '-i', 'stripe'], { cwd });
    expect(refused).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('integrations.yaml, .env.example would be overwritten'),
    });
    expect([read(cwd, 'integrations.yaml'), read(cwd, 'package.json').includes('im:check')]).toEqual([
      'mine',
      false,
    ]);
    expect(await imProcess(['init', '-y', '-i', 'stripe', '--force'], { cwd })).toMatchObject({ code: 0 });
    expect(read(cwd, 'integrations.yaml')).toContain('STRIPE_SECRET_KEY');
  });

  it('keeps scripts that are there', async () => {
    const cwd = application({ 'package.json': '{"scripts":{"im:check":"mine"}}' });
    await imProcess(['init', '-i', 'stripe', '--json'], { cwd });
    expect(JSON.parse(read(cwd, 'package.json')).scripts).toEqual({
      'im:check': 'mine',
      'im:serve': 'im serve',
    });
  });

  it('says what to install where nothing is, and knows no other names than there are', async () => {
    expect(await im(['init'], { cwd: folderWith({}) })).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('npm install'),
    });
    expect(await imProcess(['init', '-i', 'stirpe'], { cwd: application() })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean stripe?'),
    });
  });
});

describeProgram('im init on a terminal', 'script', 'apt-get install bsdutils', () => {
  it('asks what was not said, and takes answers that were typed ahead', () => {
    const cwd = application();
    const words = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
    const { PATH = '' } = process.env;
    const { status, stdout } = spawnSync('script', ['-qec', `${words} init`, '/dev/null'], {
      cwd,
      env: { PATH, TERM: 'xterm', NO_COLOR: '1' },
      input: 'stripe\nacme, zest\n',
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toContain('Which integrations? spotify, stripe');
    expect(stdout).toMatch(/✓ integrations\.yaml\r?\n/);
    const { templates, tenants } = parse(read(cwd, 'integrations.yaml'));
    expect(Object.keys(templates.standard.integrations)).toEqual(['stripe']);
    expect(Object.keys(tenants)).toEqual(['acme', 'zest']);
  });
});
