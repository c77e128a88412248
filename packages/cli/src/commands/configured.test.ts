/** Commands that work on a configuration: check, call, list, config validate, config explain. */
import { beforeEach, describe, expect, it } from 'vitest';
import { configuration, folderWith, im, notes, project } from '../__tests__/im.ts';

let cwd = '';
beforeEach(() => {
  cwd = project();
});
const withSecret = (path: string) =>
  `integrations:\n  notes: { use: ./notes.mjs#notes, options: { maxNotes: '\${secret:${path}}' } }\n`;
const json = <Value>(text: string) => JSON.parse(text) as Value;

describe('im check', () => {
  it('checks what is enabled, each once', async () => {
    const { code, stdout } = await im(['check', '--json'], { cwd });
    const { ok, integrations } = json<{ ok: boolean; integrations: Record<string, unknown>[] }>(stdout);
    expect([code, ok]).toEqual([0, true]);
    expect(integrations.map(({ tenant, name, ok, status }) => [tenant, name, ok, status])).toEqual([
      ['acme', 'notes', true, 'healthy'],
      ['acme', 'board', true, 'healthy'],
      ['zest', 'notes', true, 'healthy'],
    ]);
  });

  it('ends with 1 when one cannot be used, and says which and why', async () => {
    const sick = folderWith({
      'sick.mjs': `import { memory } from ${JSON.stringify(import.meta.resolve('@im/testing'))};
export const sick = { ...memory, id: 'sick', check: async () => { throw new Error('on fire'); } };`,
      'integrations.yaml': 'integrations:\n  sick: { use: ./sick.mjs }\n',
    });
    const { code, stdout } = await im(['check'], { cwd: sick });
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ +sick +default +sick +unhealthy/);
  });

  it('knows no other names than there are', async () => {
    expect(await im(['check', 'note'], { cwd })).toMatchObject({
      code: 2,
      stderr: '✗ there is no integration "note"\n  → did you mean notes?\n',
    });
  });
});

describe('im call', () => {
  const call = (...words: string[]) => im(['call', ...words], { cwd });

  it('prints what the operation gave', async () => {
    const { code, stdout, stderr } = await call('board', 'create', 'call home');
    expect([code, stderr]).toEqual([0, '']);
    expect(json(stdout)).toEqual({ key: 'note-1', text: 'call home' });
  });

  it('takes arguments by name, and texts that look like JSON in quotes', async () => {
    expect(json((await call('board', 'set', 'text="42"', 'key=a')).stdout)).toEqual({ key: 'a', text: '42' });
  });

  it('tells an error of the operation with its code and its remedy', async () => {
    expect(await call('board', 'get', 'nothing')).toEqual({
      code: 1,
      stdout: '',
      stderr: '✗ memory.get: there is no such note\n  → set it first\n  code not_found, attempts 1\n',
    });
    const { stderr } = await call('board', 'get', 'nothing', '--json');
    expect(json(stderr)).toMatchObject({
      error: {
        code: 'not_found',
        exitCode: 1,
        provider: 'memory',
        operation: 'get',
        tenant: 'acme',
        remedy: 'set it first',
      },
    });
  });

  it('does nothing unsafe without --yes, and says why', async () => {
    const refused = await call('board', 'append', 'a', 'b', '--json');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(json(refused.stderr)).toMatchObject({
      error: {
        code: 'needs_yes',
        message: expect.stringContaining('unsafe'),
        remedy: expect.stringContaining('--yes'),
      },
    });
    // With it the note is looked for, so it was sent.
    expect(await call('board', 'append', 'a', 'b', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such note'),
    });
  });

  it('prints one page, or every item as a line', async () => {
    expect(json((await call('board', 'list')).stdout)).toEqual({ items: [], total: 0 });
    const many = folderWith({
      'many.mjs': `import { pages, read } from ${JSON.stringify(import.meta.resolve('@im/core'))};
import { memory } from ${JSON.stringify(import.meta.resolve('@im/testing'))};
export const many = { ...memory, id: 'many', connect: () => ({
  count: pages(read(async (to, { cursor = '0', pageSize = 2 }) => {
    const from = Number(cursor);
    const items = Array.from({ length: Math.min(pageSize, to - from) }, (_, index) => ({ n: from + index }));
    return { items, next: from + pageSize < to ? String(from + pageSize) : undefined };
  })) }), check: undefined };`,
      'integrations.yaml': 'integrations:\n  many: { use: ./many.mjs }\n',
    });
    const count = async (...words: string[]) =>
      (await im(['call', 'many', 'count', '5', ...words], { cwd: many })).stdout;
    expect(json(await count('--page'))).toEqual({ items: [{ n: 0 }, { n: 1 }], next: '2' });
    expect(json(await count('--cursor', '2', '--page-size', '1'))).toEqual({ items: [{ n: 2 }], next: '3' });
    expect(await count('--all')).toBe('{"n":0}\n{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n');
    expect(await count('--all', '--limit', '3')).toBe('{"n":0}\n{"n":1}\n{"n":2}\n');
  });

  it.each([
    [['notes', 'get', 'a'], 'notes belongs to several tenants', '--tenant acme | zest'],
    [['notes', 'get', 'a', '--tenant', 'acmee'], 'no tenant "acmee"', 'did you mean acme?'],
    [['baord', 'get', 'a'], 'no integration "baord"', 'did you mean board?'],
    [['board', 'gte', 'a'], 'no operation of board "gte"', 'did you mean get?'],
    [['board', 'get', 'a', 'b'], 'takes key, and more was given', ''],
    [['board', 'get', 'a', '--all'], 'does not answer in pages', 'leave out'],
    [['board', 'list', '--all', '--page'], 'exclude each other', ''],
    [['board', 'get', 'a', '--idempotency-key', 'k'], 'takes no idempotency key', ''],
    [['later', 'get', 'a'], 'later is not enabled', 'enabled: true'],
  ])('refuses %j', async (words, says, remedy) => {
    const { code, stdout, stderr } = await call(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
    expect(stderr).toContain(remedy);
  });
});

describe('im list', () => {
  it('shows what is configured beside what is installed', async () => {
    const { code, stdout } = await im(['list', '--json'], { cwd });
    expect(code).toBe(0);
    const { installed, configured } = json<{ installed: unknown[]; configured: unknown[] }>(stdout);
    expect(installed).toEqual([]);
    expect(configured).toContainEqual({
      name: 'notes',
      tenant: 'zest',
      provider: 'memory',
      required: true,
      enabled: true,
    });
  });

  it('shows operations with what repeating them does', async () => {
    const { stdout } = await im(['list', 'board'], { cwd });
    expect(stdout).toMatch(/append\(key, text\) +unsafe/);
    expect(stdout).toMatch(/list\(prefix\) +read +in pages/);
    const { operations } = json<{ operations: unknown[] }>(
      (await im(['list', 'board', '--json'], { cwd })).stdout,
    );
    expect(operations).toContainEqual({ name: 'get', effect: 'read', kind: 'call', parameters: ['key'] });
  });
});

describe('im config', () => {
  it('validates the whole file', async () => {
    expect((await im(['config', 'validate'], { cwd })).stdout).toBe(
      '✓ integrations.yaml is right for production: 4 integrations of 2 tenants\n',
    );
    expect(json((await im(['config', 'validate', '--json'], { cwd })).stdout)).toEqual({
      ok: true,
      file: 'integrations.yaml',
      environment: 'production',
      tenants: 2,
      integrations: 4,
    });
  });

  it('tells every fault with file, line and column, and ends with 3', async () => {
    const broken = folderWith({
      'notes.mjs': notes,
      'b.yaml': `integrations:\n  notes:\n    use: ./notes.mjs#notes\n    options: { maxNote: 1, maxNotes: '\${env:NOT_SET}' }\n    enabeld: true\n`,
    });
    const { code, stdout, stderr } = await im(['config', 'validate', 'b.yaml'], { cwd: broken });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(
      'b.yaml:4:16: integrations.notes.options has the unknown key "maxNote"; did you mean maxNotes?',
    );
    expect(stderr).toContain(
      'b.yaml:4:39, NOT_SET: integrations.notes.options.maxNotes refers to an environment variable',
    );
    expect(stderr).toContain('b.yaml:5:5: integrations.notes has the unknown key "enabeld"');
    const { error } = json<{ error: { code: string; faults: unknown[] } }>(
      (await im(['config', 'validate', '--json', '-c', 'b.yaml'], { cwd: broken })).stderr,
    );
    expect([error.code, error.faults.length]).toEqual(['configuration', 3]);
  });

  it('checks a section about the hub with the rest, which other commands do without', async () => {
    const cwd = project({
      'integrations.yaml': `hub:\n  title: \${env:NOT_SET}\n  prot: 0\n${configuration}`,
    });
    const { code, stderr } = await im(['config', 'validate'], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain('integrations.yaml:2:10, NOT_SET: hub.title refers to an environment variable');
    expect(stderr).toContain('integrations.yaml:3:3: hub has the unknown key "prot"; did you mean port?');
    expect(await im(['check'], { cwd })).toMatchObject({ code: 0, stderr: '' });
    expect((await im(['config', 'explain', 'zest.integrations.notes.use'], { cwd })).stdout).toContain(
      'yaml:11:21',
    );
  });

  it('says so when there is none', async () => {
    const empty = folderWith({});
    expect(await im(['check'], { cwd: empty })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('im init'),
    });
    expect(await im(['check', '-c', 'x.yaml'], { cwd: empty })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('x.yaml does not exist'),
    });
  });

  it('explains where values come from, and shows no secret', async () => {
    const secret = 'canary-of-the-explainer';
    const folder = project({
      '.env': `FROM_FILE=7\nBOTH=1\n`,
      'secret.mjs': `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
import { secret } from ${JSON.stringify(import.meta.resolve('@im/core'))};
import { memory } from ${JSON.stringify(import.meta.resolve('@im/testing'))};
export const vault = { ...memory, id: 'vault', connect: () => ({}), check: undefined,
  options: z.strictObject({ key: secret(), size: z.number().default(5), a: z.number(), b: z.number() }) };`,
      'integrations.yaml': `integrations:\n  vault:\n    use: ./secret.mjs\n    options:\n      key: \${env:KEY}\n      a: \${env:FROM_FILE}\n      b: \${env:BOTH}\n`,
    });
    const world = { cwd: folder, env: { KEY: secret, BOTH: '2' } };
    const { stdout } = await im(['config', 'explain', 'vault.options', '--json'], world);
    const { values } = json<{ values: Record<string, unknown>[] }>(stdout);
    expect(values.map(({ path, value, from }) => [path, value, from])).toEqual([
      ['integrations.vault.options.key', '[redacted]', 'environment'],
      ['integrations.vault.options.a', 7, 'environment'],
      ['integrations.vault.options.b', 2, 'environment'],
      ['integrations.vault.options.size', 5, 'default'],
    ]);
    const table = await im(['config', 'explain'], world);
    expect(table.stdout).toMatch(
      /integrations\.vault\.options\.key +\[redacted\] +environment +KEY, by integrations\.yaml:5:12/,
    );
    expect(stdout + table.stdout).not.toContain(secret);
    expect(await im(['config', 'explain', 'vualt'], world)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean vault?'),
    });
  });

  it('reads secrets from a folder, and from nowhere else', async () => {
    const folder = project({
      'a-key': 'canary-from-a-file\n',
      'integrations.yaml': withSecret('a-key'),
      'out.yaml': withSecret('../../etc/hostname'),
    });
    const inside = await im(['config', 'validate', '--secrets', '.'], { cwd: folder });
    expect(inside).toMatchObject({ code: 3, stderr: expect.stringContaining('maxNotes') });
    expect(inside.stderr).not.toContain('canary');
    const outside = await im(['config', 'validate', 'out.yaml', '--secrets', '.'], { cwd: folder });
    expect(outside.stderr).toContain('could not be read (RangeError)');
  });
});
