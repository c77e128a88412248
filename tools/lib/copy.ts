/** A copy of the repository to try things in. */
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

/** Copies sources as they are now, committed or not, and what is installed, with hard links where the disk allows. */
export function copyRepository(root: string, to: string): void {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter(Boolean);
  for (const file of files) cpSync(join(root, file), join(to, file), { recursive: true, force: true });
  const modules = join(root, 'node_modules');
  try {
    execFileSync('cp', ['-al', modules, to], { stdio: 'ignore' });
  } catch {
    execFileSync('cp', ['-a', modules, to]);
  }
  // npm rewrites this one in place, so it must not be the same file.
  const lock = '.package-lock.json';
  execFileSync('cp', ['--remove-destination', join(modules, lock), join(to, 'node_modules', lock)]);
}
