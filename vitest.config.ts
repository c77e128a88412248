import { defineConfig } from 'vitest/config';

// One flat process for the whole workspace; with `--root .` the same file serves a single package.
// The rule that goes with `isolate: false`: no module mocks, no global state.
export default defineConfig({
  ssr: { resolve: { conditions: ['@im/source', 'node'] } },
  test: {
    isolate: false,
    include: ['**/src/**/*.test.ts', 'tools/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/files/**'],
  },
});
