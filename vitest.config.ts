import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** A guard against what hangs, and no measurement: on a machine with much else to do, tests take many times as long. */
const mostMs = 30_000;

// As many flat processes as there are cores, for the whole workspace; `--dir packages/<name>` runs a part of it.
// The rule that goes with `isolate: false`: no module mocks, no global state.
export default defineConfig({
  ssr: { resolve: { conditions: ['@im/source', 'node'] } },
  test: {
    isolate: false,
    maxWorkers: '100%',
    testTimeout: mostMs,
    hookTimeout: mostMs,
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/files/**'],
    // Processes that tests start load TypeScript: the second and later ones in less than half of the time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'im-compile-cache') },
  },
});
