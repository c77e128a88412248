/** Finds the definition that a package exports: the manifest names its id, nothing else is listed anywhere. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '@im/core';
import { entryFile, type Workspace, type WorkspacePackage } from '../lib/workspace.ts';

/**
 * The definition of a provider package; `undefined` for a package that is none.
 *
 * @throws Error when the manifest names an integration that the package does not export
 */
export async function definitionOf(
  workspace: Workspace,
  one: WorkspacePackage,
): Promise<AnyDefinition | undefined> {
  const id = one.manifest.im?.integration;
  if (id === undefined) return undefined;
  const entry = entryFile(one, '.');
  if (entry === undefined) throw new Error(`${one.folder}: exports nothing at "."`);
  const exported: Readonly<Record<string, unknown>> = await import(
    pathToFileURL(join(workspace.root, entry)).href
  );
  const definition = Object.values(exported).find((value) => isDefinition(value) && value.id === id);
  if (definition === undefined) throw new Error(`${one.folder}: "." exports no definition with the id ${id}`);
  return definition as AnyDefinition;
}

function isDefinition(value: unknown): value is AnyDefinition {
  return typeof value === 'object' && value !== null && 'contract' in value && 'connect' in value;
}
