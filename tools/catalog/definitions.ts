/** Finds the definitions that a package exports: the manifest names them, nothing else is listed anywhere. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '@im/core';
import {
  entryFile,
  integrationsOf,
  type Workspace,
  type WorkspaceIntegration,
  type WorkspacePackage,
} from '../lib/workspace.ts';

/** A definition, and how its package exports it. */
export interface FoundIntegration extends WorkspaceIntegration {
  readonly definition: AnyDefinition;
}

/**
 * The definitions of a provider package, in the order of its manifest; none for a package that is no provider.
 *
 * @throws Error when the manifest names an integration that the package does not export, or one of another id
 */
export async function definitionsOf(
  workspace: Workspace,
  one: WorkspacePackage,
): Promise<readonly FoundIntegration[]> {
  return Promise.all(
    integrationsOf(one).map(async (integration) => {
      const { subpath, id } = integration;
      const entry = entryFile(one, subpath);
      if (entry === undefined) throw new Error(`${one.folder}: exports nothing at "${subpath}"`);
      const exported: Readonly<Record<string, unknown>> = await import(
        pathToFileURL(join(workspace.root, entry)).href
      );
      const definition = exported[integration.export];
      if (!isDefinition(definition))
        throw new Error(`${one.folder}: "${subpath}" exports no definition as ${integration.export}`);
      if (definition.id !== id)
        throw new Error(
          `${one.folder}: the id of "${subpath}" is ${definition.id}, not ${id} after its place`,
        );
      return { ...integration, definition };
    }),
  );
}

function isDefinition(value: unknown): value is AnyDefinition {
  return typeof value === 'object' && value !== null && 'contract' in value && 'connect' in value;
}
