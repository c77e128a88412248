// Makes a fresh clone usable: npm runs this in front of every command (`pretest`, `prestart`, …), with whatever Node
// the machine has, so it imports nothing but `node:`. It compares what the lock file asks for with what npm says it
// installed, and runs `npm ci` only where they differ; otherwise it is silent and takes some 20 ms. With a folder
// (`tools/peers`) it does the same there.
//
// What comes after it runs under the pinned Node: npm puts `node_modules/.bin` first on the PATH of every script, and
// a main script is a new shell, which finds `node_modules/.bin/node` there once it has been installed. `IM_NODE=26` in
// the environment puts another Node in its place, for whatever is run; the next run without it puts the pinned one back.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const oldestNode = [20, 19];

/** Whether `[major, minor, …]` of `version` is at least `oldestNode`. */
export function isNodeSupported(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

const pinned = 'node_modules/node';

/** Whether the Node that is installed in `root` is `wanted` or one of that line: `26`, `22.12.0`. */
export function hasNode(root, wanted) {
  const version = readLock(join(root, 'node_modules/.package-lock.json'))?.[pinned]?.version ?? '';
  return version === wanted || version.startsWith(`${wanted}.`);
}

/**
 * What has to be installed, in words; empty when everything is there.
 * Packages that are optional (binaries for other platforms) may be missing, and with `anyNode` the pinned Node may be another.
 */
export function missing(root, anyNode = false) {
  const installed = readLock(join(root, 'node_modules/.package-lock.json'));
  if (installed === undefined) return ['dependencies are not installed'];
  const wanted = readLock(join(root, 'package-lock.json')) ?? {};
  const faults = Object.entries(wanted)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.optional && !entry.devOptional)
    .filter(
      ([path, entry]) =>
        !(anyNode && path === pinned && installed[path] !== undefined) &&
        (installed[path]?.version !== entry.version || (entry.link && !existsSync(join(root, path)))),
    )
    .map(([path]) => `${path} is missing or of another version`);
  const pinsNode = wanted[pinned] !== undefined;
  if (
    pinsNode &&
    !existsSync(join(root, 'node_modules/.bin', process.platform === 'win32' ? 'node.cmd' : 'node'))
  )
    faults.push('the pinned Node is missing');
  return faults;
}

function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/** The Node that npm itself runs on (ours may be about to be replaced), and npm's own script; `npm` by name without it. */
function npmCommand() {
  const { npm_node_execpath: node, npm_execpath: script } = process.env;
  return script?.endsWith('.js') ? [node ?? process.execPath, script] : ['npm'];
}

function npm(root, what, ...more) {
  const [command, ...first] = npmCommand();
  const args = [...first, ...more, '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts=false'];
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const terminal = process.stderr.isTTY;
  process.stderr.write(`Installing ${what}…\n`);
  const progress = setInterval(
    () => process.stderr.write(terminal ? `\r  ${seconds()} s ` : `  ${seconds()} s\n`),
    terminal ? 1_000 : 15_000,
  );
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(progress);
      if (terminal) process.stderr.write('\r');
      if (code === 0) {
        process.stderr.write(`Installed in ${seconds()} s.\n`);
        resolve(undefined);
      } else
        reject(new Error(`npm ended with code ${code}; mend what it says above and run the command again`));
    });
  });
}

async function main() {
  const root = join(dirname(dirname(fileURLToPath(import.meta.url))), process.argv[2] ?? '.');
  if (!isNodeSupported(process.version))
    throw new Error(
      `Node ${oldestNode.join('.')} or newer is needed to start from; this is ${process.version}`,
    );
  const isRoot = process.argv[2] === undefined;
  const otherNode = isRoot ? process.env.IM_NODE : undefined;
  if (missing(root, Boolean(otherNode)).length > 0) {
    await npm(root, 'dependencies (npm ci), about a minute the first time', 'ci');
    const left = missing(root);
    if (left.length > 0) throw new Error(`after npm ci, ${left[0]}`);
  }
  if (otherNode && !hasNode(root, otherNode)) {
    await npm(root, `Node ${otherNode}`, 'install', '--no-save', `node@${otherNode}`);
    if (!hasNode(root, otherNode)) throw new Error(`npm installed no Node ${otherNode}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`setup: ${error.message}\n`);
    process.exitCode = 1;
  });
}
