/** Versions of Node to try packages on, from npm. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { run } from '../lib/run.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** One Node. Disposing it removes it. */
export interface NodeVersion extends Disposable {
  /** `v22.12.0` */
  readonly version: string;
  /** Its program. */
  readonly program: string;
}

/**
 * Installs the Node of `range` (`22.12.0`, `26`) in a folder of its own.
 * @throws Error with all that npm said
 */
export async function installNode(range: string): Promise<NodeVersion> {
  const folder = temporaryFolder({ 'package.json': { name: 'another-node', private: true } });
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts=false'];
  const { ok, output } = await run('npm', ['install', ...quiet, `node@${range}`], { cwd: folder.path });
  if (!ok) {
    folder[Symbol.dispose]();
    throw new Error(`npm install node@${range}: ${output}`);
  }
  const program = join(folder.path, 'node_modules', 'node', 'bin', 'node');
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
  return { version, program, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}
