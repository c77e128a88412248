/** `npm run new -- <id>`: writes a provider package. Its output builds, typechecks and passes conformance as it is. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { generateFiles, type Tree } from '@nx/devkit';

/** What `schema.json` describes. */
export interface ProviderSchema {
  readonly id: string;
  readonly title?: string;
  readonly category: string;
  readonly docs?: string;
  readonly host?: string;
}

/** @throws Error when the folder is taken */
export default function providerGenerator(tree: Tree, schema: ProviderSchema): () => void {
  const { id, category } = schema;
  const folder = `packages/${id}`;
  if (tree.exists(folder)) throw new Error(`${folder} is there already`);
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const pascal = words.join('');
  generateFiles(tree, join(import.meta.dirname, 'files'), folder, {
    id,
    category,
    title: (schema.title ?? words.join(' ')).replaceAll("'", '’'),
    docs: schema.docs ?? `https://developer.${id}.com/`,
    host: schema.host ?? `api.${id}.com`,
    name: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    coreRange: `^${versionOf(tree, 'core')}`,
    httpRange: `^${versionOf(tree, 'http')}`,
    testingRange: `^${versionOf(tree, 'testing')}`,
    zodRange: zodRange(tree),
  });
  tree.write(`${folder}/LICENSE`, tree.read('LICENSE') ?? '');
  return () => finish(tree.root, folder);
}

/** Links the package, brings the lock file and the generated tables up to date, and formats what names made too long. */
function finish(root: string, folder: string): void {
  const options = { cwd: root, stdio: 'inherit' } as const;
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const [command = 'npm', ...first] = npm;
  const quiet = [
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--prefer-offline',
    '--omit-lockfile-registry-resolved',
  ];
  execFileSync(command, [...first, 'install', ...quiet], options);
  execFileSync('node', ['--conditions=@im/source', 'tools/catalog/main.ts'], options);
  execFileSync('biome', ['check', '--write', '--log-level=warn', folder], options);
  process.stdout.write(
    `\nWrote ${folder}. Read src/ from the definition on, and try: npx nx run-many -t build typecheck test -p @im/${folder.split('/')[1]}\n`,
  );
}

function versionOf(tree: Tree, name: string): string {
  const { version }: { version: string } = JSON.parse(
    tree.read(`packages/${name}/package.json`, 'utf8') ?? '{}',
  );
  return version;
}

/** One zod for all: the range that core has. */
function zodRange(tree: Tree): string {
  const { dependencies }: { dependencies: { zod: string } } = JSON.parse(
    tree.read('packages/core/package.json', 'utf8') ?? '{}',
  );
  return dependencies.zod;
}
