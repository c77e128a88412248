/** What a hub costs before anybody calls it: time to start beside many packages, and memory for many tenants. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Line, line, median } from '../measure.ts';

const packages = 60;
const tenants = 1_000;
const integrations = 20;

const script = (name: string) => new URL(`../support/${name}.ts`, import.meta.url).pathname;
const run = (name: string, ...args: readonly string[]): number =>
  Number(
    execFileSync(process.execPath, ['--conditions=@im/source', '--expose-gc', script(name), ...args], {
      encoding: 'utf8',
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    }),
  );

const manifest = (name: string) => ({
  name: `@sample/${name}`,
  version: '1.0.0',
  type: 'module',
  exports: './index.js',
  im: { integration: 'sample' },
});

const source = (name: string) => `export const sample = {
  id: '${name}', title: '${name}', category: 'example', contract: 1, package: '@sample/${name}', docs: 'https://sample.test',
  options: globalThis.optionsOfSample, egress: [], errors: { docs: 'https://sample.test', rows: [] },
  connect: () => ({ get: { kind: 'call', effect: 'read', run: async (call) => 1 } }),
};\n`;

/** A folder with so many packages installed, and a configuration that uses one of them. */
async function folderWith(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'im-start-'));
  for (let index = 0; index < count; index += 1) {
    const home = join(folder, 'node_modules', '@sample', `sample-${index}`);
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), JSON.stringify(manifest(`sample-${index}`)));
    await writeFile(join(home, 'index.js'), source(`sample-${index}`));
  }
  const dependencies = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`@sample/sample-${index}`, '1.0.0']),
  );
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'start', dependencies }));
  const file = ['integrations:', '  sample:', "    use: '@sample/sample-0'", '    options: {}', ''].join(
    '\n',
  );
  await writeFile(join(folder, 'integrations.yaml'), file);
  return folder;
}

/** From the start of the process to the first answer of its readiness, milliseconds. */
async function startTimes(): Promise<Line> {
  const folders = { many: await folderWith(packages), one: await folderWith(1) };
  const taken = { many: [] as number[], one: [] as number[] };
  try {
    for (let index = 0; index < 7; index += 1)
      for (const name of ['many', 'one'] as const) taken[name].push(run('hub-start', folders[name]));
  } finally {
    for (const folder of Object.values(folders)) await rm(folder, { recursive: true });
  }
  const title = `start until ready, ${packages} packages installed and one used, against one installed`;
  return line(title, 'ms', median(taken.many), median(taken.one), { ratio: 1.2 });
}

/** Bytes of the heap for each registration. */
function memory(): Line {
  const [hub, registry] = ['hub', 'registry'].map((what) =>
    run('hub-memory', what, String(tenants), String(integrations)),
  );
  const title = `memory of ${tenants} tenants × ${integrations} integrations in a hub, each, against the registry alone`;
  return line(title, 'bytes', hub ?? Number.NaN, registry ?? Number.NaN, { ours: 2_000 });
}

export async function size(): Promise<Line[]> {
  return [await startTimes(), memory()];
}
