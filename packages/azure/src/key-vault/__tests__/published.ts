/** The vendor's published examples of Key Vault 7.2, out of the folder that `IM_SPECS` names. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';

/** One example: what is asked, and what is answered. */
export interface PublishedExample {
  readonly operation: string;
  /** Parameters of path and query. */
  readonly given: Readonly<Record<string, string | number>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/** Registers a suite over the examples. Without `IM_SPECS` it is skipped with a line that says so; in CI it must be set. */
export function describePublished(
  title: string,
  suite: (examples: readonly PublishedExample[]) => void,
): void {
  const root = process.env.IM_SPECS;
  if (root !== undefined) describe(title, () => suite(examplesIn(join(root, 'azure/keyvault-7.2/examples'))));
  else if (process.env.CI === 'true')
    it(`${title}: IM_SPECS must be set in CI`, () => Promise.reject(new Error('IM_SPECS is not set')));
  else
    describe.skip(`${title}: skipped, IM_SPECS is not set`, () =>
      void it('runs on published examples', () => {}));
}

function examplesIn(folder: string): PublishedExample[] {
  return readdirSync(folder).map((file) => {
    const { parameters, responses } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const { parameters: body, vaultBaseUrl: _, 'api-version': __, ...given } = parameters;
    const [[status, answer] = ['200', {}]] = Object.entries<{ body?: unknown }>(responses);
    return {
      operation: file.replace('-example.json', ''),
      given,
      body,
      status: Number(status),
      answer: answer.body,
    };
  });
}
