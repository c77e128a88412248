/** Checks of resolved values, with each fault placed at what was written. */
import type { z } from 'zod';
import { checkOptions, type OptionFault } from '../options/check.ts';
import { type ResilienceInput, resilienceOptions } from '../resilience/options.ts';
import type { FaultList } from './fault-list.ts';
import { type Resolved, type Resolver, resolve } from './resolve.ts';
import { childOf, type Place, placeOf, type SourceMap, type SourceNode } from './source.ts';
import { withTypes } from './value.ts';

/** Resolves and checks a mapping; `undefined` when it has faults. */
export function checked<Schema extends z.ZodType>(
  node: SourceMap,
  path: readonly string[],
  schema: Schema,
  resolver: Resolver,
  faults: FaultList,
): z.output<Schema> | undefined {
  const resolved = resolve(node, resolver);
  addReferenceFaults(faults, resolved, path);
  const result = checkOptions(schema, withTypes(schema, resolved.value, resolved.texts));
  if (result.faults === undefined) return resolved.faults.length === 0 ? result.value : undefined;
  for (const fault of result.faults) {
    if (!concernsReference(fault, resolved)) addFault(faults, fault, node, path, node.place);
  }
  return undefined;
}

/** Faults of a plain value; none when it is good. */
export function faultsOf(schema: z.core.$ZodType, value: unknown): readonly OptionFault[] {
  return checkOptions(schema, value).faults ?? [];
}

/** Whether a fault only says again that a reference could not be resolved. */
export function concernsReference(fault: OptionFault, resolved: Resolved): boolean {
  if (fault.at === 'key' || fault.path.length === 0) return false;
  return resolved.faults.some(({ path }) => {
    const shared = Math.min(path.length, fault.path.length);
    return shared > 0 && path.slice(0, shared).every((part, index) => part === fault.path[index]);
  });
}

/** Adds the faults of references, which know their own place. */
export function addReferenceFaults(
  faults: FaultList,
  resolved: Resolved,
  base: readonly PropertyKey[],
): void {
  for (const fault of resolved.faults) faults.add({ ...fault, path: [...base, ...fault.path] });
}

/** Adds a fault of a checked value, placed at what was written; `around` is where nothing inside was. */
export function addFault(
  faults: FaultList,
  fault: OptionFault,
  node: SourceNode,
  base: readonly PropertyKey[],
  around: Place,
): void {
  const path = fault.at === 'key' && fault.key !== undefined ? [...fault.path, fault.key] : fault.path;
  const first = childOf(node, String(path[0]));
  const at =
    path.length > 0 && (first !== undefined || node.kind === 'list') ? placeOf(node, path, fault.at) : around;
  faults.add({ path: [...base, ...fault.path], says: fault.says, remedy: fault.remedy, at });
}

/** The layers laid on one another, section by section, as the registry lays them. */
export function sections(layers: readonly unknown[]): Readonly<Record<string, unknown>> {
  const isSection = (value: unknown) => typeof value === 'object' && value !== null;
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer ?? {})) {
      const below = merged[key];
      merged[key] = isSection(value) && isSection(below) ? { ...below, ...value } : value;
    }
  }
  return merged;
}

/** A layer of resilience without places and references. */
export function resilienceOf(node: SourceNode, resolver: Resolver): Resolved {
  const resolved = resolve(node, resolver);
  return { ...resolved, value: withTypes(resilienceOptions, resolved.value, resolved.texts) };
}

/** A layer as the registry takes it. */
export function withResilienceTypes(
  node: SourceNode | undefined,
  resolver: Resolver,
): ResilienceInput | undefined {
  return node?.kind === 'map' ? (resilienceOf(node, resolver).value as ResilienceInput) : undefined;
}
