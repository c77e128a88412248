/** The registry as applications and the server see it. */
import type { Environment } from '../context.ts';
import type { OperationDescription } from '../describe-operations.ts';
import type { IntegrationError } from '../errors.ts';
import type { ForwardAnswer, ForwardRequest } from '../forward.ts';
import type { AnyDefinition, CheckCall, ClientOf, OptionsOf } from '../integration.ts';
import type { CallOptions } from '../operation.ts';
import type { Port } from '../port.ts';
import type { ResilienceInput } from '../resilience/types.ts';
import type { IntegrationStatus, RegistryEvent } from '../status.ts';
import type { WebhookReceipt, WebhookRequest } from '../webhook.ts';

/** The tenant of registrations that name none. */
export const defaultTenant = 'default';

/** How one integration of one tenant is set up. */
export interface Registration<Definition extends AnyDefinition = AnyDefinition> {
  /** Unique within the tenant. Default: the definition's id. */
  readonly name?: string | undefined;
  /** Default: {@link defaultTenant}. */
  readonly tenant?: string | undefined;
  /** Checked when the instance is made, not before. */
  readonly options: OptionsOf<Definition>;
  /** On top of the tenant's and the definition's own. */
  readonly resilience?: ResilienceInput | undefined;
  /** `enableAll` rejects, and readiness fails, when this one cannot start. Default false. */
  readonly required?: boolean | undefined;
  /** Default true. */
  readonly enabled?: boolean | undefined;
}

/** Names one integration of one tenant. */
export interface IntegrationRef {
  readonly name: string;
  /** Default: {@link defaultTenant}. */
  readonly tenant?: string | undefined;
}

/** Settings of a tenant that hold for all its integrations. */
export interface TenantSettings {
  readonly resilience?: ResilienceInput | undefined;
  /** Switches by name, read by the application. */
  readonly features?: Readonly<Record<string, boolean>> | undefined;
  /** Share of successful calls that was promised, 0 to 1: `0.999`. */
  readonly slaTarget?: number | undefined;
}

/** Health: how checks run and when a status changes. All have defaults; see `health.ts`. */
export interface HealthOptions {
  /** Milliseconds between two checks of one integration, each time spread by ± 20 %. Default 30 000; 0 switches them off. */
  readonly checkIntervalMs?: number | undefined;
  /** Default 5 000. */
  readonly checkTimeoutMs?: number | undefined;
  /** Failures in a row that make it unhealthy. Default 3. */
  readonly failuresToUnhealthy?: number | undefined;
  /** Successes in a row that make it healthy again. Default 2. */
  readonly successesToHealthy?: number | undefined;
  /** Share of failed calls among the last {@link HealthOptions.window} that makes it degraded. Default 0.2. */
  readonly degradedRatio?: number | undefined;
  /** Calls looked back on. Default 50. */
  readonly window?: number | undefined;
  /** Expiries nearer than this make it degraded, milliseconds. Default 24 hours. */
  readonly forecastMs?: number | undefined;
}

/** How a registry is made. */
export interface RegistryOptions extends Environment {
  readonly health?: HealthOptions | undefined;
  /**
   * Milliseconds without a call after which an instance is let go; it is made again when needed. One with a rate limit
   * of a longer window is kept for that long. Default 15 minutes.
   */
  readonly idleMs?: number | undefined;
  /** Most instances checked at the same time. Default 16. */
  readonly concurrency?: number | undefined;
  /** Milliseconds that calls in flight may take to end when something is closed. Default 10 000. */
  readonly graceMs?: number | undefined;
}

/** What came of starting everything. */
export interface EnableReport {
  readonly started: readonly IntegrationStatus[];
  readonly failed: readonly { readonly status: IntegrationStatus; readonly error: IntegrationError }[];
}

/** One tenant's part of the registry. Nothing in it leads to another tenant's. */
export interface TenantView {
  readonly tenant: string;
  readonly settings: TenantSettings;
  /**
   * The client of an integration. The instance behind it is made on the first call, and replaced without notice when
   * it is reconfigured.
   *
   * @throws {@link IntegrationError} `not_found` (with the names that exist in this tenant), `invalid_argument` when
   * the name is registered with another definition
   */
  get<Definition extends AnyDefinition>(definition: Definition, name?: string): ClientOf<Definition>;
  /**
   * The driver of a capability, by whichever integration is bound: the named one, else the only one that gives it.
   *
   * @throws {@link IntegrationError} `not_found`, or `failed_precondition` when several give it and none is named
   */
  port<Driver>(port: Port<Driver>, name?: string): Driver;
  /**
   * The operations of an integration as data, for tables and dashboards. Makes and opens nothing.
   *
   * @throws {@link IntegrationError} `not_found`
   */
  operations(name: string): readonly OperationDescription[];
  /**
   * Passes a request on to the vendor of an integration, with its credentials and through its policies: for what no operation wraps. `GET`
   * and `HEAD` are retried as reads, `PUT` and `DELETE` as idempotent, `POST` and `PATCH` are sent once.
   *
   * @returns the vendor's answer, whatever its status
   * @throws {@link IntegrationError} when there is no answer; `unimplemented` when the integration passes nothing on; `not_found`
   */
  forward(name: string, request: ForwardRequest, call?: CallOptions): Promise<ForwardAnswer>;
  /**
   * Checks a webhook for an integration and reads it. Nothing is remembered: do what it says by `doOnce`.
   *
   * @throws {@link IntegrationError} `unauthenticated` when it is not proven to come from the vendor, `failed_precondition` while there is
   * no secret to check with, `unimplemented` when the integration takes none, `not_found`
   */
  receive(name: string, request: WebhookRequest, call?: CheckCall): Promise<WebhookReceipt>;
  list(): readonly IntegrationStatus[];
}

/** Holds the integrations of all tenants. Made by `createRegistry`; dispose it (`await using`) to stop everything. */
export interface Registry extends AsyncDisposable {
  /**
   * Adds an integration. Makes nothing and checks only the contract version and the name.
   *
   * @throws {@link IntegrationError} `already_exists`; `failed_precondition` for a contract version that this core does not know
   */
  register<Definition extends AnyDefinition>(
    definition: Definition,
    registration: Registration<Definition>,
  ): void;
  /** Settings of a tenant, in place of those it had. Registrations made later obey them; instances made earlier keep theirs. */
  configureTenant(tenant: string, settings: TenantSettings): void;
  /**
   * Checks the options of everything enabled, then starts it concurrently.
   *
   * @throws a `ConfigurationError` with all faults of all integrations, before anything starts; {@link IntegrationError}
   * of the first `required` integration that cannot start, once all have been tried
   */
  enableAll(options?: { readonly signal?: AbortSignal | undefined }): Promise<EnableReport>;
  /** Starts one, or takes a disabled one back in. @returns its status; a failed start is in it */
  enable(
    ref: IntegrationRef,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<IntegrationStatus>;
  /** Takes one out: drains it and refuses calls with `unavailable` until it is enabled. */
  disable(ref: IntegrationRef, why?: string): Promise<void>;
  /** Drains one and forgets it. */
  unregister(ref: IntegrationRef): Promise<void>;
  /** Runs the active check now. @returns the status after it */
  check(
    ref: IntegrationRef,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<IntegrationStatus>;
  /**
   * Changes options while running: the new instance is made and checked before the switch; calls in flight end on the
   * old one. On failure everything stays as it was.
   *
   * @throws what the options or the check of the new instance threw
   */
  reconfigure<Definition extends AnyDefinition>(
    definition: Definition,
    ref: IntegrationRef,
    change: Pick<Registration<Definition>, 'options'> & Pick<Registration, 'resilience'>,
  ): Promise<IntegrationStatus>;
  /** Opens the breaker of one by hand. */
  isolate(ref: IntegrationRef): void;
  /** Closes the breaker of one and forgets what it counted. */
  resetBreaker(ref: IntegrationRef): void;
  tenant(tenant: string): TenantView;
  tenants(): readonly string[];
  /** @throws {@link IntegrationError} `not_found` */
  status(ref: IntegrationRef): IntegrationStatus;
  /** Everything registered, by tenant, then name. */
  list(): readonly IntegrationStatus[];
  /** Calls `listener` for each event until the returned function is called. A listener that throws is logged, not obeyed. */
  on(listener: (event: RegistryEvent) => void): () => void;
}
