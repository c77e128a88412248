import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, im, imProcess } from '../__tests__/im.ts';
import type { Published } from '../published.ts';

const testing = JSON.stringify(import.meta.resolve('@im/testing'));

/** A package with the notes of `@im/testing`, and a fake of two files. */
function packageFolder(): string {
  return folderWith({
    'package.json': JSON.stringify({
      name: 'notes-package',
      type: 'module',
      im: { integration: 'notes' },
      exports: { '.': './index.js', './testing': './testing.js' },
    }),
    'index.js': `export { memory as notes } from ${testing};\n`,
    'testing.js': `import './fake.js';\nexport { memoryHarness as harness } from ${testing};\n`,
    'fake.js': '// keeps nothing\n',
  });
}

const read = (cwd: string) => JSON.parse(readFileSync(join(cwd, 'conformance.json'), 'utf8')) as Published;

function rewrite(cwd: string, change: (cases: Record<string, string>) => void): void {
  const report = read(cwd);
  change(report.integrations['notes-package']?.cases as Record<string, string>);
  writeFileSync(join(cwd, 'conformance.json'), JSON.stringify(report));
}

describe('im verify', () => {
  it('writes the report of a package, runs it again, and tells what is not so any more', async () => {
    const cwd = packageFolder();
    const written = await imProcess(['verify', '.', '--write'], { cwd });
    expect(written).toMatchObject({ code: 0, stderr: 'wrote conformance.json\n' });
    const report = read(cwd);
    expect(Object.keys(report.suite)).toContain('src/cases.ts');
    expect(report.integrations['notes-package']).toMatchObject({
      provider: 'memory',
      contract: 1,
      cases: { 'C-001': 'passed', 'C-009': expect.stringMatching(/^not applicable: it talks to nobody/) },
      fake: { 'fake.js': expect.stringMatching(/^sha256-/), 'testing.js': expect.stringMatching(/^sha256-/) },
    });

    const same = await imProcess(['verify', '.'], { cwd });
    expect(same).toMatchObject({ code: 0, stderr: '' });
    expect(same.stdout).toMatch(/^notes-package: as published: \d+ passed, 0 failed, \d+ not applicable\n$/);

    // A case that the report does not know is newer than it; one that it claims to have passed is not forgiven.
    rewrite(cwd, (cases) => {
      delete cases['C-001'];
    });
    expect(await imProcess(['verify', '.'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/C-001 +unknown +passed/),
    });
    rewrite(cwd, (cases) => {
      cases['C-009'] = 'passed';
    });
    expect(await imProcess(['verify', '.'], { cwd })).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/C-009 +passed +not applicable[\s\S]*not as published/),
    });

    await imProcess(['verify', '.', '--write'], { cwd });
    writeFileSync(join(cwd, 'fake.js'), '// keeps more\n');
    const { code, stdout } = await imProcess(['verify', '.', '--json'], { cwd });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      integrations: [{ from: 'notes-package', ok: false, changed: ['fake.js'], differences: [] }],
    });
  });

  it('refuses a package without a report, one that cannot be read, and what is no package', async () => {
    const cwd = packageFolder();
    expect(await im(['verify', '.'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\. has no conformance\.json[\s\S]*im verify <package> --write/),
    });
    writeFileSync(join(cwd, 'conformance.json'), '{');
    expect(await im(['verify', '.'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be read'),
    });
    writeFileSync(join(cwd, 'notes.js'), `export { memory, memoryHarness } from ${testing};\n`);
    expect(await im(['verify', './notes.js'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is no package'),
    });
  });
});
