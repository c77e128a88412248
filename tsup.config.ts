import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

// One configuration for every package: tsup finds this file from inside the package's folder. Every file that
// `exports` of a manifest names as source is an entry; everything in `dependencies` stays external.
const entries = ['src/index.ts', 'src/testing.ts', 'src/config.ts', 'src/vitest.ts', 'src/main.ts'];

export default defineConfig({
  entry: entries.filter((file) => existsSync(file)),
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  clean: true,
  dts: false,
});
