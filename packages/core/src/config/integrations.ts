/** Checks what holds for each tenant, and makes registrations of it. */
import type { FaultPlace } from '../configuration-error.ts';
import { isIntegrationError } from '../errors.ts';
import type { AnyDefinition } from '../integration.ts';
import { checkName } from '../names.ts';
import type { TenantSettings } from '../registry/types.ts';
import { type ResilienceInput, resilienceOptions } from '../resilience/options.ts';
import {
  addFault,
  addReferenceFaults,
  checked,
  concernsReference,
  faultsOf,
  resilienceOf,
  sections,
  withResilienceTypes,
} from './checking.ts';
import type { FoundDefinition } from './definitions.ts';
import { apart, type FaultList } from './fault-list.ts';
import type { EffectiveTenant } from './layers.ts';
import { type Resolver, resolve } from './resolve.ts';
import {
  childOf,
  emptyMap,
  entriesOf,
  merge,
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

/**
 * Lists the integrations of a tenant; of one with `services`, each of them. References in `use`, `services` and `enabled`
 * are resolved from the environment alone.
 */
export function planOf(tenant: EffectiveTenant, env: Resolver['env']): readonly PlannedIntegration[] {
  return entriesOf(childOf(tenant.node, 'integrations')).flatMap(([name, { node, keyPlace }]) => {
    const map = node.kind === 'map' ? node : emptyMap(keyPlace);
    const path = [...tenant.path, 'integrations', name];
    const whole = plannedOf({ name, tenant, path, node: map, keyPlace }, env);
    const services = servicesIn(map);
    if (services.length === 0) return [whole];
    return services.map(({ service, options, place }) => ({
      ...whole,
      name: `${name}.${service}`,
      node: withOptions(map, options),
      keyPlace: place,
      use: whole.use === undefined ? undefined : `${asPackage(whole.use)}/${service}`,
    }));
  });
}

function plannedOf(
  place: Pick<PlannedIntegration, 'name' | 'tenant' | 'path' | 'node' | 'keyPlace'>,
  env: Resolver['env'],
): PlannedIntegration {
  const head = resolve(only(place.node, ['use', 'enabled']), { env, secrets: new Map() });
  const value = withTypes(plannedSchema, head.value, head.texts) as Readonly<Record<string, unknown>>;
  const unread = head.faults.some((fault) => fault.path[0] === 'use');
  const use = value.use ?? place.name;
  return {
    ...place,
    use: typeof use === 'string' && !unread ? use : undefined,
    enabled: value.enabled !== false,
  };
}

/** What is written under `services`: names, or names with options of their own. */
function servicesIn(node: SourceMap): readonly {
  readonly service: string;
  readonly options: SourceNode | undefined;
  readonly place: Place;
}[] {
  const services = childOf(node, 'services');
  if (services?.kind === 'map')
    return entriesOf(services).map(([service, entry]) => ({
      service,
      options: entry.node.kind === 'map' ? entry.node : undefined,
      place: entry.keyPlace,
    }));
  if (services?.kind !== 'list') return [];
  return services.items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string'
      ? [{ service: item.value, options: undefined, place: item.place }]
      : [],
  );
}

/** The integration with a service's own options on top of those that all of its services share. */
function withOptions(node: SourceMap, own: SourceNode | undefined): SourceMap {
  const shared = node.entries.get('options');
  const options = merge(shared?.node, own);
  const entries = new Map(node.entries);
  entries.delete('services');
  if (options !== undefined)
    entries.set('options', { keyPlace: shared?.keyPlace ?? options.place, node: options });
  return { ...node, entries };
}

/** A subpath needs the package's whole name: `aws` is `@im/aws`. */
function asPackage(use: string): string {
  return /^[a-z\d][a-z\d-]*$/.test(use) ? `@im/${use}` : use;
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
  if (childOf(node, 'resilience') === undefined && settings.resilience === undefined) return;
  const own = mapAt(node, 'resilience', keyPlace);
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

function mapAt(node: SourceMap, key: string, around: Place): SourceMap {
  const found = childOf(node, key);
  return found?.kind === 'map' ? found : emptyMap(around);
}

function only(node: SourceMap, keys: readonly string[]): SourceMap {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => keys.includes(key))) };
}
