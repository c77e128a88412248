import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

// One configuration for every package: tsup finds this file from inside the package's folder. Every file that
// `exports` of the manifest names as source is an entry, and so is what `bin` names; everything in `dependencies`
// stays external.
const manifest: { exports: Record<string, string | Record<string, string>>; bin?: Record<string, string> } =
  JSON.parse(readFileSync('package.json', 'utf8'));

const exported = Object.values(manifest.exports).flatMap((entry) =>
  typeof entry === 'object' ? (entry['@im/source'] ?? []) : [],
);
const commands = Object.values(manifest.bin ?? {}).map((file) =>
  file.replace('/dist/', '/src/').replace(/\.js$/, '.ts'),
);

export default defineConfig({
  entry: [...exported, ...commands],
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  clean: true,
  dts: false,
  // The sources are published beside the output; a second copy inside the maps would double the package.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
});
