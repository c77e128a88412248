import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

// One configuration for every package: tsup finds this file from inside the package's folder. Every file that
// `exports` of the manifest names as source is an entry; everything in `dependencies` stays external.
const { exports: subpaths }: { exports: Record<string, string | Record<string, string>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);

export default defineConfig({
  entry: Object.values(subpaths).flatMap((entry) =>
    typeof entry === 'object' ? (entry['@im/source'] ?? []) : [],
  ),
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  clean: true,
  dts: false,
});
