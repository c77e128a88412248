/** Checks what holds for each tenant, and makes registrations of it. */
import type { z } from 'zod';
import type { FaultPlace } from '../configuration-error.ts';
import { isIntegrationError } from '../errors.ts';
import type { AnyDefinition } from '../integration.ts';
import { checkName } from '../names.ts';
import { checkOptions, type OptionFault } from '../options/check.ts';
import type { TenantSettings } from '../registry-types.ts';
import { type ResilienceInput, resilienceOptions } from '../resilience/options.ts';
import type { FoundDefinition } from './definitions.ts';
import { apart, type FaultList } from './fault-list.ts';
import type { EffectiveTenant } from './layers.ts';
import { type Resolved, type Resolver, resolve } from './resolve.ts';
import {
  childOf,
  emptyMap,
  entriesOf,
  type Place,
  placeOf,
  type SourceMap,
  type SourceNode,
} from './source.ts';
import { integrationSchema, settingsSchema } from './structure.ts';
import { withSecrets, withTypes } from './value.ts';

/** A tenant of a loaded configuration. */
export interface LoadedTenant {
  readonly name: string;
  readonly settings: TenantSettings;
}

/** An integration of a loaded configuration, checked, ready to be registered. */
export interface LoadedIntegration {
  readonly name: string;
  readonly tenant: string;
  readonly definition: AnyDefinition;
  /** As the registry takes them, before defaults; credentials are `Secret`. */
  readonly options: unknown;
  readonly resilience: ResilienceInput | undefined;
  readonly required: boolean;
  readonly enabled: boolean;
  /** Where it stands in the file. */
  readonly place: FaultPlace;
}

/** An integration as it was written, with the little that must be known before its definition is. */
export interface PlannedIntegration {
  readonly name: string;
  readonly tenant: EffectiveTenant;
  readonly path: readonly string[];
  readonly node: SourceMap;
  readonly keyPlace: Place;
  /** What is written under `use`, else the name. `undefined`: it cannot be read. */
  readonly use: string | undefined;
  readonly enabled: boolean;
}

const plannedSchema = integrationSchema.pick({ use: true, enabled: true });

/** Lists the integrations of a tenant. References in `use` and `enabled` are resolved from the environment alone. */
export function planOf(tenant: EffectiveTenant, env: Resolver['env']): readonly PlannedIntegration[] {
  const withoutSecrets: Resolver = { env, secrets: new Map() };
  return entriesOf(childOf(tenant.node, 'integrations')).map(([name, { node, keyPlace }]) => {
    const map = node.kind === 'map' ? node : emptyMap(keyPlace);
    const head = resolve(only(map, ['use', 'enabled']), withoutSecrets);
    const value = withTypes(plannedSchema, head.value, head.texts) as Readonly<Record<string, unknown>>;
    const unread = head.faults.some((fault) => fault.path[0] === 'use');
    const use = value.use ?? name;
    const path = [...tenant.path, 'integrations', name];
    return {
      name,
      tenant,
      path,
      node: map,
      keyPlace,
      use: typeof use === 'string' && !unread ? use : undefined,
      enabled: value.enabled !== false,
    };
  });
}

/** What integrations are checked with. */
export interface CheckContext {
  readonly file: string;
  readonly resolver: Resolver;
  readonly definitions: ReadonlyMap<string, FoundDefinition>;
  readonly faults: FaultList;
}

/** Refuses names that the registry would refuse. */
export function checkNames(
  planned: readonly PlannedIntegration[],
  { faults }: Pick<CheckContext, 'faults'>,
): void {
  for (const { name, tenant, path, keyPlace } of planned) {
    addNameFault(faults, 'tenant', tenant.name, tenant.path, tenant.keyPlace);
    addNameFault(faults, 'name', name, path, keyPlace);
  }
}

function addNameFault(
  faults: FaultList,
  kind: 'tenant' | 'name',
  name: string,
  path: readonly string[],
  at: Place,
): void {
  try {
    checkName(kind, name);
  } catch (error) {
    if (!isIntegrationError(error)) throw error;
    const { says, remedy } = apart(error);
    faults.add({ path: path.slice(0, -1), says: `cannot be used: ${says}`, remedy, at });
  }
}

/** Settings of a tenant, checked. */
export function settingsOf(tenant: EffectiveTenant, { resolver, faults }: CheckContext): LoadedTenant {
  const node = childOf(tenant.node, 'settings');
  const map = node?.kind === 'map' ? node : emptyMap();
  const path = [...tenant.path, 'settings'];
  const value = checked(map, path, settingsSchema, resolver, faults);
  const shared = childOf(map, 'resilience');
  if (shared?.kind === 'map') {
    const { value: given } = resilienceOf(shared, resolver);
    // A section may be completed by an integration, so nothing is missing yet.
    for (const fault of faultsOf(resilienceOptions, given).filter(({ says }) => says !== 'is missing')) {
      addFault(faults, fault, shared, [...path, 'resilience'], shared.place);
    }
  }
  const { resilience, features, slaTarget } = value ?? {};
  const settings = {
    ...(resilience ? { resilience: withResilienceTypes(shared, resolver) } : {}),
    ...(features ? { features } : {}),
    ...(slaTarget == null ? {} : { slaTarget }),
  };
  return { name: tenant.name, settings };
}

/** Checks one integration; `undefined` when it has faults. A disabled one is not looked into. */
export function integrationOf(
  planned: PlannedIntegration,
  settings: TenantSettings,
  context: CheckContext,
): LoadedIntegration | undefined {
  const { node, path, keyPlace, name, tenant, enabled } = planned;
  const { resolver, faults, file } = context;
  const head = checked(only(node, ['use', 'required', 'enabled']), path, integrationSchema, resolver, faults);
  const definition = definitionOf(planned, context);
  if (definition === undefined) return undefined;
  const optionsNode = mapAt(node, 'options', keyPlace);
  const raw = resolve(optionsNode, resolver);
  const options = withSecrets(definition.options, withTypes(definition.options, raw.value, raw.texts));
  const own = childOf(node, 'resilience');
  const resilience = withResilienceTypes(own, resolver);
  if (enabled) {
    const at = node.entries.get('options')?.keyPlace ?? keyPlace;
    const optionsPath = [...path, 'options'];
    addReferenceFaults(faults, raw, optionsPath);
    for (const fault of faultsOf(definition.options, options)) {
      if (!concernsReference(fault, raw)) addFault(faults, fault, optionsNode, optionsPath, at);
    }
    checkResilience(planned, definition, settings, context);
  }
  if (head === undefined) return undefined;
  const required = head.required ?? false;
  return {
    name,
    tenant: tenant.name,
    definition,
    options,
    resilience,
    required,
    enabled,
    place: { file, ...keyPlace },
  };
}

function definitionOf(
  planned: PlannedIntegration,
  { definitions, faults }: CheckContext,
): AnyDefinition | undefined {
  if (planned.use === undefined) return undefined;
  const found = definitions.get(planned.use);
  if (found === undefined) return undefined;
  if ('definition' in found) return found.definition;
  const at = placeOf(planned.node, ['use'], 'value');
  const written = planned.node.entries.has('use');
  faults.add({ path: [...planned.path, 'use'], ...found, at: written ? at : planned.keyPlace });
  return undefined;
}

/** The layers of resilience together, as the registry will lay them. */
function checkResilience(
  { node, path, keyPlace, tenant }: PlannedIntegration,
  definition: AnyDefinition,
  settings: TenantSettings,
  { resolver, faults }: CheckContext,
): void {
  const own = childOf(node, 'resilience');
  if (own?.kind !== 'map') return;
  const resolved = resilienceOf(own, resolver);
  const ownPath = [...path, 'resilience'];
  addReferenceFaults(faults, resolved, ownPath);
  const layers = [definition.resilience, settings.resilience, resolved.value];
  const shared = childOf(tenant.node, 'settings', 'resilience');
  for (const fault of faultsOf(resilienceOptions, sections(layers))) {
    if (concernsReference(fault, resolved)) continue;
    const inOwn = shared === undefined || childOf(own, String(fault.path[0] ?? fault.key)) !== undefined;
    if (inOwn) addFault(faults, fault, own, ownPath, node.entries.get('resilience')?.keyPlace ?? keyPlace);
    else addFault(faults, fault, shared, [...tenant.path, 'settings', 'resilience'], shared.place);
  }
}

function sections(layers: readonly unknown[]): Readonly<Record<string, unknown>> {
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

function resilienceOf(node: SourceNode, resolver: Resolver): Resolved {
  const resolved = resolve(node, resolver);
  return { ...resolved, value: withTypes(resilienceOptions, resolved.value, resolved.texts) };
}

function withResilienceTypes(node: SourceNode | undefined, resolver: Resolver): ResilienceInput | undefined {
  return node?.kind === 'map' ? (resilienceOf(node, resolver).value as ResilienceInput) : undefined;
}

/** Resolves and checks a mapping; `undefined` when it has faults. */
function checked<Schema extends z.ZodType>(
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

function faultsOf(schema: z.core.$ZodType, value: unknown): readonly OptionFault[] {
  return checkOptions(schema, value).faults ?? [];
}

/** Whether a fault only says again that a reference could not be resolved. */
function concernsReference(fault: OptionFault, resolved: Resolved): boolean {
  if (fault.at === 'key' || fault.path.length === 0) return false;
  return resolved.faults.some(({ path }) => {
    const shared = Math.min(path.length, fault.path.length);
    return shared > 0 && path.slice(0, shared).every((part, index) => part === fault.path[index]);
  });
}

function addReferenceFaults(faults: FaultList, resolved: Resolved, base: readonly PropertyKey[]): void {
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

function mapAt(node: SourceMap, key: string, around: Place): SourceMap {
  const found = childOf(node, key);
  return found?.kind === 'map' ? found : emptyMap(around);
}

function only(node: SourceMap, keys: readonly string[]): SourceMap {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => keys.includes(key))) };
}
