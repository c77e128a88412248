/** Finds the definition that an integration names under `use`. */

import { discover, isPath, loadIntegration } from '../discover.ts';
import { isIntegrationError } from '../errors.ts';
import type { AnyDefinition } from '../integration.ts';
import { apart } from './fault-list.ts';

/** A definition, or why there is none. */
export type FoundDefinition =
  | { readonly definition: AnyDefinition }
  | { readonly says: string; readonly remedy: string };

/**
 * Finds every definition of `uses`, each once: among `given` by its id or by `@im/<id>`, else as a file, a package, or
 * the id of an installed package.
 *
 * @param from folder from which files and packages are looked up
 */
export async function findDefinitions(
  uses: Iterable<string>,
  given: readonly AnyDefinition[],
  from: string,
): Promise<ReadonlyMap<string, FoundDefinition>> {
  const known = new Map(given.flatMap((definition) => usesOf(definition).map((use) => [use, definition])));
  const wanted = [...new Set(uses)];
  const missing = wanted.filter((use) => !known.has(use));
  const ids = missing.some(isBareName) ? await installedIds(from) : new Map<string, string>();
  const found = await Promise.all(
    wanted.map(async (use): Promise<readonly [string, FoundDefinition]> => {
      const definition = known.get(use);
      if (definition !== undefined) return [use, { definition }];
      return [use, await load(ids.get(use) ?? (isBareName(use) ? `@im/${use}` : use), from)];
    }),
  );
  return new Map(found);
}

/** What may stand under `use` for a definition: its id, its package, and the package's subpath where it is one of several. */
export function usesOf({ id, package: name }: AnyDefinition): readonly string[] {
  const folder = name?.split('/').at(-1);
  if (name === undefined || folder === undefined || !id.startsWith(`${folder}-`))
    return [id, name ?? `@im/${id}`];
  return [id, `${name}/${id.slice(folder.length + 1)}`];
}

async function load(specifier: string, from: string): Promise<FoundDefinition> {
  try {
    return { definition: await loadIntegration(specifier, { from }) };
  } catch (error) {
    if (!isIntegrationError(error)) throw error;
    const { says, remedy } = apart(error);
    return { says: `cannot be used: ${says}`, remedy };
  }
}

/** Specifiers of installed packages, by the id that they declare. */
async function installedIds(from: string): Promise<ReadonlyMap<string, string>> {
  const { integrations } = await discover(from);
  return new Map(
    integrations.flatMap(({ id, specifier }) => (id === undefined ? [] : [[id, specifier] as const])),
  );
}

/** An id rather than a package or a file. A package without a scope is named by its id or as a file. */
function isBareName(use: string): boolean {
  return /^[a-z\d][a-z\d-]*$/.test(use) && !isPath(use);
}
