// `node deploy/image/pack.mjs <folder> [sdk…]`: the built packages, each as it would be published, with the manifest and
// the lock file of the workspace around them, so that `npm ci --omit=dev` in the folder installs what was tested. SDKs
// are optional peers of the providers and stand among the workspace's devDependencies; the named ones are kept.
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const [folder, ...sdks] = process.argv.slice(2);
if (folder === undefined) throw new Error('pack.mjs <folder> [sdk…]: the folder is missing');

const { devDependencies, ...manifest } = JSON.parse(readFileSync('package.json', 'utf8'));
const unknown = sdks.filter((name) => !(name in devDependencies));
if (unknown.length > 0)
  throw new Error(`not among the devDependencies of the workspace: ${unknown.join(', ')}`);
const dependencies = Object.fromEntries(sdks.map((name) => [name, devDependencies[name]]));
for (const name of sdks) delete devDependencies[name];

mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, 'package.json'),
  JSON.stringify({ ...manifest, scripts: {}, dependencies, devDependencies }, null, 2),
);
copyFileSync('package-lock.json', join(folder, 'package-lock.json'));

const tarballs = mkdtempSync(join(tmpdir(), 'packed-'));
const pack = ['pack', '--workspaces', '--json', '--ignore-scripts', '--pack-destination', tarballs];
const packed = JSON.parse(execFileSync('npm', pack, { maxBuffer: 64 * 1_024 * 1_024 }).toString());
for (const file of globSync('packages/*/package.json')) {
  const { name } = JSON.parse(readFileSync(file, 'utf8'));
  const { filename } = packed.find((one) => one.name === name);
  const place = join(folder, dirname(file));
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', join(tarballs, filename), '-C', place, '--strip-components=1']);
}
rmSync(tarballs, { recursive: true });
