import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { im } from './__tests__/im.ts';
import { referenceParts, withParts } from './__tests__/reference.ts';
import { commands } from './commands.ts';
import { exitCodes, exitMeanings } from './exit-codes.ts';

const file = join(import.meta.dirname, '../../../docs/cli.md');

describe('docs/cli.md', () => {
  // `vitest run packages/cli/src/reference.test.ts -u` writes it.
  it('says what the commands say', async () => {
    await expect(withParts(readFileSync(file, 'utf8'), referenceParts(commands))).toMatchFileSnapshot(file);
  });

  it('has every option that --help shows, and every exit code', async () => {
    const text = readFileSync(file, 'utf8');
    for (const { name } of commands) {
      const { stdout } = await im([...name.split(' '), '--help']);
      for (const [flag] of stdout.matchAll(/--[a-z-]+/g)) expect(text, `${name} ${flag}`).toContain(flag);
    }
    expect(exitMeanings.map(([code]) => code)).toEqual(Object.values(exitCodes));
  });
});

describe('README.md', () => {
  it('names every command', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    for (const { name } of commands) expect(readme).toContain(`\`${name}\``);
  });
});

describe('examples of commands', () => {
  it('are understood by the command line', async () => {
    for (const { examples } of commands)
      for (const [line] of examples) {
        const words = [...line.matchAll(/"([^"]*)"|([^\s|>()<]+)/g)].map(
          ([, quoted, plain]) => quoted ?? plain ?? '',
        );
        const begin = words.indexOf('im');
        const end =
          line.search(/ [|>] /) < 0
            ? words.length
            : words.findIndex((word) => word.startsWith('~') || word === 'source');
        const argv = words.slice(begin + 1, end < begin ? words.length : end);
        expect(await im([...argv, '--help']), line).toMatchObject({ code: 0, stderr: '' });
      }
  });
});
