/** A client against a fake, on virtual time, closed with the test. */
import {
  type AnyDefinition,
  type ClientOf,
  createIntegration,
  type IntegrationError,
  isIntegrationError,
  type OptionsOf,
  type ResilienceInput,
} from '@im/core';
import { createEgressGuard, sharedTransport } from '@im/http';
import { createRandom, createVirtualClock, type FakeServer, type VirtualClock } from '@im/testing';

/** What a test works with. */
export interface Connected<Definition extends AnyDefinition, Fake> extends AsyncDisposable {
  readonly client: ClientOf<Definition>;
  readonly fake: Fake;
  readonly clock: VirtualClock;
  /** Moves time until the call has ended. */
  done<Value>(call: Promise<Value>): Promise<Value>;
  /** The error of a call. @throws Error when it succeeds */
  failure(call: Promise<unknown>): Promise<IntegrationError>;
}

/** Opens one. */
export async function connect<
  Definition extends AnyDefinition,
  Fake extends FakeServer & { options(tenant?: string): OptionsOf<Definition> },
>(
  definition: Definition,
  startFake: (options: { readonly clock: VirtualClock }) => Promise<Fake>,
  setup: {
    readonly options?: Partial<OptionsOf<Definition>>;
    readonly tenant?: string;
    readonly resilience?: ResilienceInput;
  } = {},
): Promise<Connected<Definition, Fake>> {
  const clock = createVirtualClock();
  const fake = await startFake({ clock });
  await warm(fake.url);
  fake.forget();
  const client = createIntegration(definition, {
    clock,
    random: createRandom(),
    options: { ...fake.options(setup.tenant), ...setup.options },
    resilience: { retry: false, ...setup.resilience },
  });
  // Makes the SDK's client: loading it takes real time, which the clock must not take for silence.
  void (client as unknown as { native?(): object }).native?.().constructor;
  return {
    client: client as unknown as ClientOf<Definition>,
    fake,
    clock,
    done: (call) => clock.until(call),
    async failure(call) {
      const error: unknown = await clock.until(call).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (isIntegrationError(error)) return error;
      throw new Error(error === undefined ? 'it succeeded' : `it threw ${String(error)}`);
    },
    async [Symbol.asyncDispose]() {
      await clock.until(Promise.resolve(client[Symbol.asyncDispose]()));
      await fake[Symbol.asyncDispose]();
    },
  };
}

let warmed: Promise<unknown> | undefined;

/** The first request of a process loads the transport, which takes real time too. @param url of a fake */
export function warm(url: string): Promise<unknown> {
  warmed ??= sharedTransport({
    method: 'GET',
    url: new URL(url),
    headers: { 'x-im-by-hand': '1' },
    signal: new AbortController().signal,
    guard: createEgressGuard({ allow: [], onPurpose: [url] }),
  }).then((response) => response[Symbol.asyncDispose]());
  return warmed;
}
