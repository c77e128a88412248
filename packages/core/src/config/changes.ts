/** What differs between two configurations, and how a running registry follows. */
import { errorCode, IntegrationError, isIntegrationError } from '../errors.ts';
import type { AnyDefinition } from '../integration.ts';
import type { IntegrationRef, Registration, TenantSettings } from '../registry/types.ts';
import type { LoadedIntegration, LoadedTenant } from './integrations.ts';
import { sameValue } from './value.ts';

/** What is needed of a registry to follow a configuration. */
export interface ChangedRegistry {
  register(definition: AnyDefinition, registration: Registration): void;
  configureTenant(tenant: string, settings: TenantSettings): void;
  tenant(tenant: string): { readonly settings: TenantSettings };
  unregister(ref: IntegrationRef): Promise<unknown>;
  enable(ref: IntegrationRef, options?: { readonly signal?: AbortSignal | undefined }): Promise<unknown>;
  disable(ref: IntegrationRef, why?: string): Promise<unknown>;
  reconfigure(
    definition: AnyDefinition,
    ref: IntegrationRef,
    change: Pick<Registration, 'options' | 'resilience'>,
  ): Promise<unknown>;
}

/** The part of a loaded configuration that is registered. */
export interface ConfigContent {
  readonly tenants: readonly LoadedTenant[];
  readonly integrations: readonly LoadedIntegration[];
}

/** What is different in a newer configuration. */
export interface ConfigChanges {
  readonly added: readonly LoadedIntegration[];
  readonly removed: readonly LoadedIntegration[];
  /** Anything about it is different, or the resilience settings of its tenant are. */
  readonly changed: readonly { readonly from: LoadedIntegration; readonly to: LoadedIntegration }[];
  /** Tenants with different settings, with those they get; a tenant that is gone gets none. */
  readonly tenants: readonly LoadedTenant[];
  /** Nothing is different. */
  readonly empty: boolean;
}

/** What came of {@link applyChanges}. */
export interface ChangeReport {
  /** Names as `tenant/name`. */
  readonly done: readonly string[];
  /** Those that stay as they were, with the reason. */
  readonly failed: readonly {
    readonly name: string;
    readonly tenant: string;
    readonly error: IntegrationError;
  }[];
}

/** Compares two configurations, integration by integration. */
export function changesBetween(from: ConfigContent, to: ConfigContent): ConfigChanges {
  const before = new Map(from.integrations.map((one) => [keyOf(one), one]));
  const after = new Map(to.integrations.map((one) => [keyOf(one), one]));
  const settingsBefore = new Map<string, TenantSettings>(
    from.tenants.map(({ name, settings }) => [name, settings]),
  );
  const names = new Set(to.tenants.map(({ name }) => name));
  const tenants = [
    ...to.tenants.filter(({ name, settings }) => !sameValue(settingsBefore.get(name) ?? {}, settings)),
    ...from.tenants
      .filter(({ name }) => !names.has(name))
      .map(({ name }): LoadedTenant => ({ name, settings: {} })),
  ];
  const touched = new Set(
    tenants
      .filter(({ name, settings }) => !sameValue(settingsBefore.get(name)?.resilience, settings.resilience))
      .map(({ name }) => name),
  );
  const changed = to.integrations.flatMap((one) => {
    const old = before.get(keyOf(one));
    return old !== undefined && (touched.has(one.tenant) || !sameIntegration(old, one))
      ? [{ from: old, to: one }]
      : [];
  });
  const added = to.integrations.filter((one) => !before.has(keyOf(one)));
  const removed = from.integrations.filter((one) => !after.has(keyOf(one)));
  const empty = [added, removed, changed, tenants].every((list) => list.length === 0);
  return { added, removed, changed, tenants, empty };
}

/**
 * Makes a running registry follow from one configuration to the next, touching only what is different: changed ones
 * are reconfigured (the new instance is checked before the switch, calls in flight end on the old one), new ones
 * registered and enabled, missing ones drained. What fails stays as it was and stops nothing else.
 *
 * @throws the signal's reason; what was done until then stays
 */
export async function applyChanges(
  registry: ChangedRegistry,
  from: ConfigContent,
  to: ConfigContent,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ChangeReport> {
  const { tenants, removed, changed, added } = changesBetween(from, to);
  const { signal } = options;
  signal?.throwIfAborted();
  for (const { name, settings } of tenants) registry.configureTenant(name, settings);
  const steps: readonly (readonly [LoadedIntegration, () => Promise<unknown>])[] = [
    ...removed.map((one) => [one, () => registry.unregister(refOf(one))] as const),
    ...changed.map((pair) => [pair.to, () => change(registry, pair.from, pair.to, signal)] as const),
    ...added.map((one) => [one, () => add(registry, one, signal)] as const),
  ];
  const done: string[] = [];
  const failed: ChangeReport['failed'][number][] = [];
  for (const [one, step] of steps) {
    signal?.throwIfAborted();
    try {
      await step();
      done.push(`${one.tenant}/${one.name}`);
    } catch (error) {
      signal?.throwIfAborted();
      failed.push({ ...refOf(one), error: asIntegrationError(error) });
    }
  }
  return { done, failed };
}

/** Registers a whole configuration; what was registered is taken out again when a later one is refused. */
export async function applyTo(registry: ChangedRegistry, config: ConfigContent): Promise<void> {
  const registered: LoadedIntegration[] = [];
  const settingsBefore = config.tenants.map(({ name }) => [name, registry.tenant(name).settings] as const);
  try {
    for (const { name, settings } of config.tenants) registry.configureTenant(name, settings);
    for (const one of config.integrations) {
      register(registry, one);
      registered.push(one);
    }
  } catch (error) {
    for (const one of registered.reverse()) await registry.unregister(refOf(one));
    for (const [name, settings] of settingsBefore) registry.configureTenant(name, settings);
    throw error;
  }
}

async function change(
  registry: ChangedRegistry,
  from: LoadedIntegration,
  to: LoadedIntegration,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sameKind = from.definition === to.definition && from.required === to.required;
  if (sameKind && from.enabled && to.enabled) {
    await registry.reconfigure(to.definition, refOf(to), { options: to.options, resilience: to.resilience });
    return;
  }
  if (sameKind && from.enabled && sameIntegration({ ...from, enabled: false }, to)) {
    await registry.disable(refOf(to), 'disabled by configuration');
    return;
  }
  await registry.unregister(refOf(from));
  try {
    await add(registry, to, signal);
  } catch (error) {
    await add(registry, from, undefined);
    throw error;
  }
}

async function add(
  registry: ChangedRegistry,
  one: LoadedIntegration,
  signal: AbortSignal | undefined,
): Promise<void> {
  register(registry, one);
  if (one.enabled) await registry.enable(refOf(one), { signal });
}

function register(registry: ChangedRegistry, one: LoadedIntegration): void {
  const { name, tenant, options, resilience, required, enabled } = one;
  registry.register(one.definition, { name, tenant, options, resilience, required, enabled });
}

function refOf({ name, tenant }: LoadedIntegration): { readonly name: string; readonly tenant: string } {
  return { name, tenant };
}

function keyOf({ tenant, name }: LoadedIntegration): string {
  return JSON.stringify([tenant, name]);
}

/** Whether two are the same, wherever they stand in their files. */
function sameIntegration(one: LoadedIntegration, other: LoadedIntegration): boolean {
  return (
    one.definition === other.definition &&
    one.required === other.required &&
    one.enabled === other.enabled &&
    sameValue(one.options, other.options) &&
    sameValue(one.resilience, other.resilience)
  );
}

function asIntegrationError(error: unknown): IntegrationError {
  if (isIntegrationError(error)) return error;
  return new IntegrationError('the change failed', { code: errorCode(error) }, { cause: error });
}
