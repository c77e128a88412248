import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand } from '../command.ts';
import { unknownName } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandError, usageError } from '../failure.ts';
import { openQuestions, type Questions, wordsOf } from '../init/ask.ts';
import { type ChosenIntegration, newFiles, withScripts } from '../init/files.ts';
import { loadInstalled } from '../installed.ts';
import { flag, texts } from '../options.ts';

/** `im init`. */
export const init = defineCommand({
  name: 'init',
  summary: 'Writes a configuration for what is installed',
  about:
    'Finds the installed integrations and writes integrations.yaml, the JSON Schema that editors check it with, .env.example with every variable, a sample program, and scripts in package.json. Asks on a terminal what was not said by options. Overwrites nothing without --force.',
  options: {
    integration: texts(
      '-i, --integration <name>',
      'an installed integration; may be given several times; default: all',
    ),
    tenant: texts('-t, --tenant <name>', 'a tenant; may be given several times; default: one, named default'),
    yes: flag('-y, --yes', 'ask nothing'),
    force: flag('-f, --force', 'write over files that are there'),
  },
  examples: [
    ['im init', 'asks'],
    ['im init -i spotify -i stripe -t acme -t zest', 'two integrations, for two tenants'],
  ],
  json: '{ written, integrations, tenants, next }',
  async run({ options, io, screen }) {
    const { installed, problems } = await loadInstalled(io.cwd);
    for (const problem of problems) screen.note(`! ${problem}`);
    if (installed.length === 0)
      throw new CommandError('no integration is installed here', {
        code: 'missing_package',
        exitCode: exitCodes.missingPackage,
        remedy: 'install one first, such as: npm install @im/core @im/spotify',
      });
    const asks = io.stdin.isTTY === true && !options.yes && !screen.json;
    using questions = asks ? openQuestions(io) : undefined;
    const names =
      options.integration.length > 0 ? options.integration : await askIntegrations(installed, questions);
    const integrations = names.length === 0 ? installed : names.map((name) => named(name, installed));
    const tenants = options.tenant.length > 0 ? options.tenant : await askTenants(questions);
    questions?.[Symbol.dispose]();
    for (const name of tenants) checkTenant(name);

    const language = existsSync(join(io.cwd, 'tsconfig.json')) ? 'ts' : 'mjs';
    const files = newFiles({ integrations, tenants, language });
    const present = files.map(([name]) => name).filter((name) => existsSync(join(io.cwd, name)));
    if (present.length > 0 && !options.force)
      throw usageError(
        `nothing was written: ${present.join(', ')} would be overwritten`,
        'move them, or add --force',
      );

    const written: string[] = [];
    const write = async (name: string, text: string) => {
      io.signal.throwIfAborted();
      await writeFile(join(io.cwd, name), text, { flag: options.force ? 'w' : 'wx' });
      written.push(name);
    };
    for (const [name, text] of files) await write(name, text);
    const manifest = join(io.cwd, 'package.json');
    const scripted = existsSync(manifest) ? withScripts(await readFile(manifest, 'utf8')) : undefined;
    if (scripted !== undefined) {
      await writeFile(manifest, scripted);
      written.push('package.json');
    }
    const next = [
      'copy .env.example to .env, fill it in, and keep .env out of version control',
      'im config validate',
      'im check',
      'im serve',
    ];
    if (screen.json)
      screen.document({
        written,
        integrations: integrations.map(({ definition }) => definition.id),
        tenants,
        next,
      });
    else {
      for (const name of written) screen.print(`${screen.colours.green('✓')} ${name}`);
      screen.print('\nNext:');
      for (const [index, line] of next.entries()) screen.print(`  ${index + 1}. ${line}`);
    }
    return exitCodes.fine;
  },
});

function named(name: string, installed: readonly ChosenIntegration[]): ChosenIntegration {
  const found = installed.find(({ specifier, definition }) => [specifier, definition.id].includes(name));
  if (found !== undefined) return found;
  throw unknownName(
    'installed integration',
    name,
    installed.map(({ definition }) => definition.id),
  );
}

async function askIntegrations(
  installed: readonly ChosenIntegration[],
  questions: Questions | undefined,
): Promise<readonly string[]> {
  if (questions === undefined) return [];
  const ids = installed.map(({ definition }) => definition.id);
  return wordsOf(await questions.ask(`Which integrations? ${ids.join(', ')}\n(names; empty: all) `));
}

async function askTenants(questions: Questions | undefined): Promise<readonly string[]> {
  if (questions === undefined) return [];
  return wordsOf(await questions.ask('Which tenants? (names; empty: one, named default) '));
}

/** As the registry checks names. */
function checkTenant(name: string): void {
  if (!/^[\w.-]{1,128}$/.test(name))
    throw usageError(
      `${JSON.stringify(name)} cannot be the name of a tenant`,
      'use letters, digits, - and _',
    );
}
