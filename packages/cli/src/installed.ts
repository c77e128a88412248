import type { AnyDefinition } from '@im/core';
import { discover, type InstalledIntegration, loadIntegration } from '@im/core/config';

/** An installed integration with its definition. */
export interface Installed extends InstalledIntegration {
  readonly definition: AnyDefinition;
}

/** Every installed integration, and one sentence for each that cannot be loaded. */
export async function loadInstalled(
  from: string,
): Promise<{ readonly installed: readonly Installed[]; readonly problems: readonly string[] }> {
  const { integrations, broken } = await discover(from);
  const problems = broken.map(({ path, says }) => `${path}: ${says}`);
  const loaded = await Promise.all(
    integrations.map(async (one): Promise<readonly Installed[]> => {
      try {
        return [{ ...one, definition: await loadIntegration(one.specifier, { from }) }];
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
        return [];
      }
    }),
  );
  return { installed: loaded.flat(), problems };
}
