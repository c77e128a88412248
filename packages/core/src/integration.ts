/**
 * The contract between a provider package and core. A definition is data first, functions second, in one literal that
 * the compiler checks; tools read the data, people read both. `docs/contract.md` lists what both sides must do.
 */
import type { z } from 'zod';
import type { IntegrationContext } from './context.ts';
import type { ErrorTable } from './errors.ts';
import type { Forwarder } from './forward.ts';
import type { AnyOperation, Api, Call } from './operation.ts';
import type { PortBinding } from './port.ts';
import type { ResilienceInput } from './resilience/types.ts';
import type { WebhookReceipt, WebhookRequest } from './webhook.ts';

/** The contract versions that this copy of core understands. */
export const contractVersions: readonly number[] = [1];

/** Families that the catalogue and the dashboard group by. */
export type Category =
  | 'music'
  | 'social'
  | 'cloud'
  | 'payments'
  | 'analytics'
  | 'communication'
  | 'crm'
  | 'auth'
  | 'data'
  | 'platform'
  | 'example';

/** Operations by name, as `connect` returns them. */
export type Operations = Readonly<Record<string, AnyOperation>>;

/**
 * What a provider package exports, without its capabilities. Write it with {@link defineIntegration}, which infers every type parameter.
 *
 * Core calls the functions in this order, once for each instance, on its first use: `http`, `native`, `connect`, `forward`. None
 * of them may open anything: connections are made by the first operation. An instance lives until its registration is
 * closed, replaced, or idle for long; then what was given to `onClose` runs.
 */
export interface DefinitionBase<
  Schema extends z.ZodType = z.ZodType,
  Http = unknown,
  Native = unknown,
  Ops extends Operations = Operations,
> {
  /** Kebab case, equal to the package's folder; never reused, since it ends up in metrics. */
  readonly id: string;
  /** The service's name as the vendor writes it. */
  readonly title: string;
  readonly category: Category;
  /** Version of this contract that the package was written for: `1`. */
  readonly contract: number;
  /** Name of the npm package, for messages that say what to install. Default: `@im/` and the id. */
  readonly package?: string;
  /** The vendor's documentation. */
  readonly docs: string;
  /** A strict zod object; fields that are credentials are made with `secret()`. */
  readonly options: Schema;
  /** Hosts that the provider talks to; `*.example.com` for all below one. Everything else is refused. */
  readonly egress: readonly string[];
  readonly errors: ErrorTable;
  /** The provider's own defaults; the registration's come on top of them. */
  readonly resilience?: ResilienceInput;
  /** Client for plain HTTP APIs, by `createHttp` of `@im/http`; handed to `connect`. */
  readonly http?: (context: IntegrationContext<z.output<Schema>>) => Http;
  /** The vendor's SDK client; handed to `connect`, and to users by `.native()`. */
  readonly native?: (context: IntegrationContext<z.output<Schema>>) => Native;
  /** The operations, each tagged with its effect. */
  readonly connect: (
    context: IntegrationContext<z.output<Schema>> & { readonly http: Http; readonly native: Native },
  ) => Ops;
  /**
   * Tells whether the service can be used: cheap, without side effects. Resolves when it can, rejects when it cannot.
   * Called at start, then on a jittered interval, one at a time. Absent: health is judged by real calls alone.
   */
  readonly check?: (api: Api<NoInfer<Ops>>, call: CheckCall) => Promise<unknown>;
  /**
   * Passes on requests that no operation wraps. Absent: `http` does, where it can (a client of `@im/http` can); else there are none.
   * Called like `http`, once for each instance.
   */
  readonly forward?: (
    context: IntegrationContext<z.output<Schema>> & { readonly http: Http; readonly native: Native },
  ) => Forwarder;
  /**
   * Checks a webhook of the vendor's and reads what it says. Absent: the vendor sends none. Refuses what is not proven to come from the
   * vendor with `unauthenticated`, and everything with `failed_precondition` while there is no secret to check with.
   */
  readonly webhook?: (
    api: Api<NoInfer<Ops>>,
    request: WebhookRequest,
    call: CheckCall,
  ) => Promise<WebhookReceipt>;
}

/** What a provider package exports: see {@link DefinitionBase}. */
export interface IntegrationDefinition<
  Schema extends z.ZodType = z.ZodType,
  Http = unknown,
  Native = unknown,
  Ops extends Operations = Operations,
> extends DefinitionBase<Schema, Http, Native, Ops> {
  /** Capabilities given: `[{ port: musicCatalog, toDriver: (client) => … }]`. */
  readonly provides?: readonly PortBinding<NoInfer<Client<Ops, Native>>>[];
}

/** What `check` passes on to the operation it calls. */
export type CheckCall = Pick<Call, 'signal'>;

/** What an application holds: the operations, and the vendor's client where there is one. */
export type Client<Ops, Native = unknown> = Api<Ops> & NativeAccess<Native>;

/** The way down to the vendor's client; absent where the definition has no `native`. */
export type NativeAccess<Native> = 0 extends 1 & Native
  ? // biome-ignore lint/suspicious/noExplicitAny: only for AnyDefinition, to which every definition must be assignable.
    any
  : unknown extends Native
    ? unknown
    : {
        /** The vendor SDK's own client. Calls through it pass by policies and telemetry. */
        readonly native: () => Native;
      };

/** Any definition, for code that treats all alike. */
// biome-ignore lint/suspicious/noExplicitAny: the only type to which definitions of all options and operations are assignable.
export type AnyDefinition = IntegrationDefinition<any, any, any, any>;

/** The client type of a definition. */
export type ClientOf<Definition> =
  Definition extends IntegrationDefinition<infer _Schema, infer _Http, infer Native, infer Ops>
    ? Client<Ops, Native>
    : never;

/** What an application may write as options of a definition: before checking and defaults. */
export type OptionsOf<Definition> =
  Definition extends IntegrationDefinition<infer Schema, infer _Http, infer _Native, infer _Ops>
    ? z.input<Schema>
    : never;
