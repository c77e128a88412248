import { checkContractVersion } from '../contract-version.ts';
import { IntegrationError } from '../errors.ts';
import { gathered } from '../instance/instance.ts';
import { surroundingsOf } from '../instance/surroundings.ts';
import type { AnyDefinition } from '../integration.ts';
import { checkName } from '../names.ts';
import type { IntegrationStatus, RegistryEvent } from '../status.ts';
import { enableEntries } from './enable-all.ts';
import { Entry, type Host, Tenant } from './entry.ts';
import { Events } from './events.ts';
import { healthDefaults } from './health.ts';
import type { Change } from './instances.ts';
import { Scheduler } from './scheduler.ts';
import { byTenantThenName, checkDefinition, entryOf, View } from './tenant-view.ts';
import {
  defaultTenant,
  type IntegrationRef,
  type Registration,
  type Registry,
  type RegistryOptions,
  type TenantSettings,
  type TenantView,
} from './types.ts';

type Changes = Parameters<Registry['reconfigure']>[2];

/**
 * Makes a registry: an object like any other, none is global. Registering costs a few hundred bytes; an instance is
 * made on the first call and let go when idle. Dispose it (`await using`) to drain and close everything.
 */
export function createRegistry(options: RegistryOptions = {}): Registry {
  return new IntegrationRegistry(options);
}

class IntegrationRegistry implements Registry {
  readonly #host: Host;
  readonly #concurrency: number;
  readonly #closing = new AbortController();
  readonly #tenants = new Map<string, Tenant>();
  #sorted: readonly Entry[] | undefined;
  #disposed: Promise<void> | undefined;

  constructor(options: RegistryOptions) {
    const surroundings = surroundingsOf(options);
    const given = Object.entries(options.health ?? {}).filter(([, value]) => value !== undefined);
    this.#concurrency = options.concurrency ?? 16;
    this.#host = {
      surroundings,
      health: { ...healthDefaults, ...Object.fromEntries(given) },
      idleMs: options.idleMs ?? 15 * 60 * 1_000,
      graceMs: options.graceMs ?? 10_000,
      scheduler: new Scheduler(surroundings.clock),
      events: new Events(surroundings.logger),
      closing: this.#closing.signal,
    };
  }

  register<Definition extends AnyDefinition>(
    definition: Definition,
    registration: Registration<Definition>,
  ): void {
    this.#refuseIfClosed();
    const { name = definition.id, tenant = defaultTenant } = registration;
    checkName('name', name);
    checkName('tenant', tenant);
    checkContractVersion(definition);
    const owner = this.#tenantOf(tenant);
    const other = owner.entries.get(name);
    if (other !== undefined) {
      throw new IntegrationError(`${other.shown} is registered already`, {
        ...other.names,
        code: 'already_exists',
        remedy: 'give it another name, or use reconfigure',
      });
    }
    owner.entries.set(name, new Entry(this.#host, owner, name, definition, registration));
    this.#sorted = undefined;
  }

  configureTenant(tenant: string, settings: TenantSettings): void {
    checkName('tenant', tenant);
    this.#tenantOf(tenant).settings = settings;
  }

  async enableAll(options: { readonly signal?: AbortSignal | undefined } = {}) {
    this.#refuseIfClosed();
    const off = new Set(['disabled', 'draining', 'stopped']);
    const entries = [...this.#entries()].filter((entry) => !off.has(entry.currentStatus));
    return enableEntries(entries, this.#concurrency, options.signal);
  }

  async enable(ref: IntegrationRef, options: { readonly signal?: AbortSignal | undefined } = {}) {
    const entry = this.#find(ref);
    await entry.life.start(options.signal);
    return entry.status();
  }

  async disable(ref: IntegrationRef, why = 'disabled by hand'): Promise<void> {
    await this.#find(ref).life.stop('disabled', why);
  }

  async unregister(ref: IntegrationRef): Promise<void> {
    const entry = this.#find(ref);
    try {
      await entry.life.stop('stopped', 'unregistered');
    } finally {
      if (entry.tenant.entries.get(entry.name) === entry) entry.tenant.entries.delete(entry.name);
      this.#sorted = undefined;
    }
  }

  async check(ref: IntegrationRef, options: { readonly signal?: AbortSignal | undefined } = {}) {
    const entry = this.#find(ref);
    await entry.life.check(options.signal);
    return entry.status();
  }

  async reconfigure(
    definition: AnyDefinition,
    ref: IntegrationRef,
    change: Changes,
  ): Promise<IntegrationStatus> {
    const entry = this.#find(ref);
    checkDefinition(entry, definition);
    const next: Change = { options: change.options, resilience: change.resilience ?? entry.resilience };
    await entry.life.reconfigure(next);
    return entry.status();
  }

  isolate(ref: IntegrationRef): void {
    this.#find(ref).life.instance().pipeline.isolate();
  }

  resetBreaker(ref: IntegrationRef): void {
    this.#find(ref).lifeSoFar?.resetBreaker();
  }

  tenant(tenant: string): TenantView {
    checkName('tenant', tenant);
    return new View(tenant, () => this.#tenants.get(tenant));
  }

  tenants(): readonly string[] {
    return [...this.#tenants.keys()].sort();
  }

  status(ref: IntegrationRef): IntegrationStatus {
    return this.#find(ref).status();
  }

  list(): readonly IntegrationStatus[] {
    this.#sorted ??= [...this.#entries()].sort(byTenantThenName);
    return this.#sorted.map((entry) => entry.status());
  }

  on(listener: (event: RegistryEvent) => void): () => void {
    return this.#host.events.on(listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    const { surroundings, scheduler } = this.#host;
    this.#closing.abort(
      new IntegrationError('the registry is closed', { code: 'unavailable', retryable: false }),
    );
    scheduler.close();
    const lives = [...this.#entries()].flatMap(({ lifeSoFar }) => lifeSoFar ?? []);
    const results = await Promise.allSettled(
      lives.map((life) => life.stop('stopped', 'the registry is closed')),
    );
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (surroundings.ownsState) await surroundings.state[Symbol.asyncDispose]();
    if (errors.length > 0) throw gathered('could not be stopped', errors);
  }

  #refuseIfClosed(): void {
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
  }

  *#entries(): Generator<Entry, void, undefined> {
    for (const tenant of this.#tenants.values()) yield* tenant.entries.values();
  }

  #tenantOf(name: string): Tenant {
    const known = this.#tenants.get(name);
    if (known !== undefined) return known;
    const tenant = new Tenant(name);
    this.#tenants.set(name, tenant);
    return tenant;
  }

  #find({ name, tenant = defaultTenant }: IntegrationRef): Entry {
    checkName('name', name);
    checkName('tenant', tenant);
    return entryOf(tenant, this.#tenants.get(tenant), name);
  }
}
