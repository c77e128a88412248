/** What a provider gives, once, so that the conformance suite, the sandbox and users' tests can run it. */
import type { AnyDefinition, ClientOf, Clock, ForwardRequest, OptionsOf, WebhookRequest } from '@im/core';
import type { FakeServer } from './fake-server.ts';

/** How a fake is started. All have defaults. */
export interface StartFakeOptions {
  readonly clock?: Clock | undefined;
  /** For made-up names and ids; the same seed gives the same world. Default 1. */
  readonly seed?: number | undefined;
}

/** A provider's fake: `startFake` of `@im/<provider>/testing` gives it. */
export interface ProviderFake<Definition extends AnyDefinition> extends FakeServer {
  /**
   * Options that point the provider at this fake, with credentials of an account of its own for each `tenant`: the
   * fake refuses one account's credentials for another's private things.
   */
  options(tenant?: string): OptionsOf<Definition>;
}

/** Arguments for one call of each operation, against a fresh fake; operations are called in this order. */
export type Samples<Definition extends AnyDefinition> = {
  readonly [Name in Exclude<keyof ClientOf<Definition>, 'native'>]: ClientOf<Definition>[Name] extends (
    ...args: infer Arguments
  ) => unknown
    ? Arguments
    : never;
};

/** What `describeIntegration` needs to know of a provider. */
export interface Harness<Definition extends AnyDefinition> {
  /** Starts a fresh fake. Absent: the integration talks to nobody (`options` then stand for themselves). */
  readonly startFake?: ((options: StartFakeOptions) => Promise<ProviderFake<Definition>>) | undefined;
  /** Options without a fake. */
  readonly options?: OptionsOf<Definition> | undefined;
  /**
   * One call of each operation, in an order in which each finds what it needs. The sandbox makes those of reads alone, over and over: what a
   * read names is there in a fresh fake, for every tenant.
   */
  readonly samples: Samples<Definition>;
  /**
   * The same samples for the account of `tenant`, when some of them name what only one account has, such as a playlist
   * of its own: the sandbox calls them for each of its tenants. Absent: `samples` succeed for every account.
   */
  readonly samplesFor?: ((tenant: string) => Samples<Definition>) | undefined;
  /**
   * Cases that the vendor itself makes impossible, by id, each with the reason: `{ 'C-057': 'the vendor takes its key
   * in the query alone (docs …)' }`. They are reported as not applicable, never as passed.
   */
  readonly exceptions?: Readonly<Record<string, string>> | undefined;
  /** A `GET` that the fake answers with a success, where the integration passes requests on. */
  readonly forwards?: ForwardRequest | undefined;
  /** A webhook that the vendor sends to `tenant` at `nowMs`, where the integration takes webhooks. */
  readonly webhook?:
    | ((
        tenant: string,
        nowMs: number,
        fake: ProviderFake<Definition>,
      ) => WebhookRequest | Promise<WebhookRequest>)
    | undefined;
}
