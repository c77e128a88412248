import { faultPath } from '../configuration-error.ts';
import { describeOperations } from '../describe-operations.ts';
import { createClient } from '../instance/client.ts';
import type { Surroundings } from '../instance/surroundings.ts';
import type { AnyDefinition } from '../integration.ts';
import { quoted } from '../names.ts';
import type { CallNames, ResilienceInput } from '../resilience/types.ts';
import type { IntegrationStatus, Status, StatusReason } from '../status.ts';
import type { Events } from './events.ts';
import type { HealthSettings } from './health.ts';
import { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';
import { noStats } from './stats.ts';
import type { Registration, TenantSettings } from './types.ts';

/** What all entries of one registry share. */
export interface Host {
  readonly surroundings: Surroundings;
  readonly health: HealthSettings;
  readonly idleMs: number;
  readonly graceMs: number;
  readonly scheduler: Scheduler;
  readonly events: Events;
  /** Aborted when the registry is disposed. */
  readonly closing: AbortSignal;
}

/** One tenant: its name, its settings, its registrations. Nothing in it leads to another. */
export class Tenant {
  readonly name: string;
  settings: TenantSettings = {};
  readonly entries = new Map<string, Entry>();

  constructor(name: string) {
    this.name = name;
  }
}

const registeredAsDisabled = 'registered as disabled';

/** One registration as it is held by the hundred thousand: what was given, and a {@link Life} from its first use on. */
export class Entry {
  readonly host: Host;
  readonly tenant: Tenant;
  readonly name: string;
  readonly definition: AnyDefinition;
  readonly required: boolean;
  readonly enabled: boolean;
  readonly since: number;
  options: unknown;
  resilience: ResilienceInput | undefined;
  #life: Life | undefined;
  #client: Record<string, unknown> | undefined;

  constructor(
    host: Host,
    tenant: Tenant,
    name: string,
    definition: AnyDefinition,
    registration: Registration,
  ) {
    this.host = host;
    this.tenant = tenant;
    this.name = name;
    this.definition = definition;
    this.options = registration.options;
    this.resilience = registration.resilience;
    this.required = registration.required ?? false;
    this.enabled = registration.enabled ?? true;
    this.since = host.surroundings.clock.now();
  }

  /** Made on first use. */
  get life(): Life {
    if (this.#life === undefined) {
      this.#life = new Life(this);
      if (!this.enabled) this.#life.vitals.condition.begin('disabled', registeredAsDisabled);
    }
    return this.#life;
  }

  /** Absent: never used. */
  get lifeSoFar(): Life | undefined {
    return this.#life;
  }

  get names(): CallNames {
    return { provider: this.definition.id, integration: this.name, tenant: this.tenant.name };
  }

  /** For messages. */
  get shown(): string {
    return `${quoted(this.name)} of tenant ${quoted(this.tenant.name)}`;
  }

  /** Where it stands in a configuration, for faults. */
  path(...parts: readonly string[]): string {
    return faultPath(['tenants', this.tenant.name, 'integrations', this.name, ...parts]);
  }

  /** What applications hold. The same object each time. */
  get client(): Record<string, unknown> {
    this.#client ??= createClient(describeOperations(this.definition), {
      names: this.names,
      find: (operation) => this.life.instance().find(operation),
      native: this.definition.native === undefined ? undefined : () => this.life.instance().native,
    });
    return this.#client;
  }

  get currentStatus(): Status {
    return this.#life?.vitals.condition.status ?? (this.enabled ? 'registered' : 'disabled');
  }

  gives(port: string): boolean {
    return this.definition.provides?.some((binding) => binding.port.id === port) ?? false;
  }

  /** The driver of a port, made once. */
  driver(port: string): unknown {
    const { drivers } = this.life;
    if (!drivers.has(port)) {
      const binding = this.definition.provides?.find((one) => one.port.id === port);
      drivers.set(port, binding?.toDriver(this.client as never));
    }
    return drivers.get(port);
  }

  status(): IntegrationStatus {
    const { definition } = this;
    return {
      name: this.name,
      tenant: this.tenant.name,
      provider: definition.id,
      title: definition.title,
      category: definition.category,
      required: this.required,
      ...(this.#life?.report() ?? this.#neverUsed()),
    };
  }

  #neverUsed(): Omit<IntegrationStatus, 'name' | 'tenant' | 'provider' | 'title' | 'category' | 'required'> {
    const { enabled, since } = this;
    return {
      status: enabled ? 'registered' : 'disabled',
      reasons: enabled ? noReasons : [{ kind: 'by_hand', says: registeredAsDisabled, since }],
      since,
      breaker: 'closed',
      inFlight: 0,
      queued: 0,
      forecasts: [],
      stats: noStats,
    };
  }
}

const noReasons: readonly StatusReason[] = Object.freeze([]);
