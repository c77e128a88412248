/** The packages as they are now, with what was committed since their last release, as git and npm tell it. */
import { execFileSync } from 'node:child_process';
import { readWorkspace, repositoryRoot as root } from '../lib/workspace.ts';
import { logFormat, readLog } from './commits.ts';
import type { Member } from './plan.ts';

/** Runs a command in the repository, to its end. */
export function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The registry that npm is set to. */
export const usualRegistry = (): string => new URL(run('npm', 'config', 'get', 'registry').trim()).href;

/** The tag of a release. */
export const tagOf = (name: string, version: string): string => `${name}@${version}`;

/** All packages of the workspace. */
export function readMembers(): readonly Member[] {
  const tags = new Set(run('git', 'tag', '--list').split('\n'));
  return readWorkspace(root).packages.map(({ name, folder, manifest }) => {
    const tag = tagOf(name, manifest.version ?? '');
    const isReleased = tags.has(tag);
    const log = isReleased ? run('git', 'log', '--name-only', `--format=${logFormat}`, `${tag}..HEAD`) : '';
    return { name, folder, manifest, commits: readLog(log), isReleased };
  });
}
