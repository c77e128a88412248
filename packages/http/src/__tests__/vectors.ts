import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';

/**
 * A suite that runs from the folder `name` of published test vectors, which the variable `IM_VECTORS` points to. Where
 * it is not set the suite is skipped with a line that says so; in CI it must be set.
 */
export function describeVectors(title: string, name: string, suite: (folder: string) => void): void {
  const root = process.env.IM_VECTORS;
  if (root !== undefined) {
    const folder = join(root, name);
    describe(title, () => {
      if (existsSync(folder)) suite(folder);
      else it(`finds ${name} in IM_VECTORS`, () => Promise.reject(new Error(`${folder} does not exist`)));
    });
  } else if (process.env.CI === 'true') {
    it(`${title}: IM_VECTORS must be set in CI`, () => Promise.reject(new Error('IM_VECTORS is not set')));
  } else {
    describe.skip(`${title}: skipped, IM_VECTORS is not set`, () =>
      void it('runs from test vectors', () => {}));
  }
}
