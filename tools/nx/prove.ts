/**
 * `node tools/nx/prove.ts`: proves, in a temporary copy of this repository, what CONTRIBUTING promises of providers:
 *
 * 1. `npm run new -- <id>` writes a package that lints, builds, typechecks, passes conformance and every structural
 *    check, and touches nothing but its own folder and generated lines.
 * 2. After a change in one provider, `nx affected` runs that provider's tasks only; after one in core, everybody's.
 *
 * Prints a line for each, and ends with 1 at the first that does not hold. The copy is removed.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyRepository } from '../lib/copy.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { repositoryRoot } from '../lib/workspace.ts';

const bin = join('node_modules', '.bin');
const proof = 'proof-provider';
const title = "Proof's Provider";
const generated = new Set(['README.md', 'package-lock.json']);

/** Runs a command in the copy. @throws Error with all it printed */
function run(cwd: string, command: string, ...args: string[]): string {
  try {
    const env = { ...process.env, PATH: `${join(cwd, bin)}:${process.env.PATH}`, IM_RECORD: '' };
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

function commit(cwd: string, what: string): void {
  run(cwd, 'git', 'add', '-A');
  run(
    cwd,
    'git',
    '-c',
    'user.name=proof',
    '-c',
    'user.email=proof@localhost',
    'commit',
    '-q',
    '--no-verify',
    '-m',
    what,
  );
}

function affected(cwd: string, file: string): string[] {
  appendFileSync(join(cwd, file), '\n/** Changed. */\nexport const changed = true;\n');
  commit(cwd, `change ${file}`);
  const names: unknown = JSON.parse(
    run(cwd, 'nx', 'show', 'projects', '--affected', '--base=HEAD~1', '--with-target=test', '--json'),
  );
  return Array.isArray(names) ? names.map(String).sort() : [];
}

function holds(what: string, problem: string | undefined): void {
  if (problem !== undefined) throw new Error(`does not hold: ${what}\n${problem}`);
  process.stdout.write(`holds: ${what}\n`);
}

function sameList(found: readonly string[], wanted: readonly string[]): string | undefined {
  return found.join() === wanted.join()
    ? undefined
    : `found ${found.join(', ')}; wanted ${wanted.join(', ')}`;
}

function prove(cwd: string): void {
  copyRepository(repositoryRoot, cwd);
  run(cwd, 'git', 'init', '-q', '-b', 'main');
  run(cwd, 'node', '--conditions=@im/source', 'tools/catalog/main.ts');
  commit(cwd, 'before');

  run(cwd, 'npm', 'run', 'new', '--', proof, '--title', title, '--category', 'music');
  const touched = run(cwd, 'git', 'status', '--porcelain', '-uall')
    .split('\n')
    .map((line) => line.slice(3))
    .filter(Boolean);
  const foreign = touched.filter((file) => !file.startsWith(`packages/${proof}/`) && !generated.has(file));
  holds(
    'a new provider touches its own folder and generated lines only',
    foreign.length > 0 ? foreign.join(', ') : undefined,
  );

  commit(cwd, 'generated');
  run(cwd, 'biome', 'ci', `packages/${proof}`);
  run(
    cwd,
    'nx',
    'run-many',
    '-t',
    'build',
    'typecheck',
    'test',
    '-p',
    `@im/${proof}`,
    '--outputStyle=static',
  );
  holds('it lints, builds, typechecks and passes conformance at once', undefined);
  run(
    cwd,
    'node',
    '--conditions=@im/source',
    'tools/check/check.ts',
    '--only',
    'floors,packages,lock,catalog',
  );
  holds('it passes the structural checks', undefined);

  const one = affected(cwd, `packages/${proof}/src/wire.ts`);
  holds("a change in one provider runs that provider's tests only", sameList(one, [`@im/${proof}`]));
  const everybody: unknown = JSON.parse(run(cwd, 'nx', 'show', 'projects', '--with-target=test', '--json'));
  const all = affected(cwd, 'packages/core/src/errors.ts');
  const packages = (Array.isArray(everybody) ? everybody : [])
    .map(String)
    .filter((name) => name.startsWith('@im/'))
    .sort();
  holds(
    'a change in core runs all tests',
    sameList(
      all.filter((name) => name.startsWith('@im/')),
      packages,
    ),
  );
}

{
  using folder = temporaryFolder();
  try {
    prove(folder.path);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
