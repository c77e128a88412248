import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { eventKinds } from '@im/core';
import { describeProgram } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { folderWith, im } from '../__tests__/im.ts';
import { commands } from '../commands.ts';
import { flagsOf, shells } from '../completions.ts';

const script = async (shell: string) => (await im(['completion', shell])).stdout;
const checks = { bash: ['-n'], zsh: ['-n'], fish: ['--no-execute'] } as const;

describe('completions', () => {
  it('know every command and every option', async () => {
    for (const shell of shells) {
      const text = await script(shell);
      for (const { name, options } of commands) {
        for (const word of name.split(' ')) expect(text, `${shell} ${word}`).toContain(word);
        for (const option of Object.values(options)) expect(text).toContain(flagsOf(option).long.slice(2));
      }
    }
  });

  it('are data with --json', async () => {
    expect(JSON.parse((await im(['completion', 'fish', '--json'])).stdout)).toEqual({
      shell: 'fish',
      script: await script('fish'),
    });
  });
});

const folders = (process.env.PATH ?? '').split(delimiter);

// Whoever has no such shell needs no script for it; bash, which everybody has, is tried below in any case.
for (const shell of shells)
  it.skipIf(!folders.some((folder) => existsSync(join(folder, shell))))(
    `are right for ${shell}, where it is installed`,
    async () => {
      const file = join(folderWith({ script: await script(shell) }), 'script');
      const { status, stderr } = spawnSync(shell, [...checks[shell], file], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    },
  );

describeProgram('the script for bash', 'bash', 'apt-get install bash', () => {
  it.each([
    ['im co', 'config conformance completion'],
    ['im config ', 'validate explain'],
    ['im config explain --env', '--environment --env-file'],
    ['im logs --kind st', 'status'],
    ['im logs -k ', eventKinds.join(' ')],
    ['im completion ', 'bash zsh fish --json --no-color --help'],
    ['im call --tenant ', ''],
  ])('completes %j', async (line, expected) => {
    const ask = `COMP_WORDS=(${line
      .split(' ')
      .map((word) => `'${word}'`)
      .join(' ')})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _im_completion; echo "\${COMPREPLY[*]}"`;
    const { stdout } = spawnSync('bash', ['-c', `${await script('bash')}\n${ask}`], { encoding: 'utf8' });
    expect(stdout.trim()).toBe(expected);
  });
});
