/** One fake of an Azure service with clients of it, on virtual time that stands still: a slow machine meets no time-out. */
import {
  type AnyDefinition,
  type ClientOf,
  createIntegration,
  memoryState,
  type OptionsOf,
  provide,
  type ResilienceInput,
} from '@im/core';
import { createTransport, type HttpRequest, transportKey } from '@im/http';
import { createVirtualClock, type ProviderFake, type StartFakeOptions, type VirtualClock } from '@im/testing';

export interface Bench<Definition extends AnyDefinition, Fake> extends AsyncDisposable {
  readonly fake: Fake;
  readonly clock: VirtualClock;
  /** A client; default: the sample tenant's. */
  client(how?: ClientHow): ClientOf<Definition>;
  /** What the work threw. */
  failure(work: Promise<unknown>): Promise<unknown>;
  /** Requests beside those for tokens: `GET /secrets/…`. */
  sent(): string[];
}

export interface ClientHow {
  readonly tenant?: string;
  readonly options?: object;
  readonly resilience?: ResilienceInput;
  /** Changes requests on their way. */
  readonly via?: (request: HttpRequest) => HttpRequest;
}

export async function openBench<Definition extends AnyDefinition, Fake extends ProviderFake<Definition>>(
  definition: Definition,
  startFake: (options: StartFakeOptions) => Promise<Fake>,
): Promise<Bench<Definition, Fake>> {
  const clock = createVirtualClock();
  const fake = await startFake({ clock });
  const open: AsyncDisposable[] = [];
  return {
    fake,
    clock,
    client({ tenant, options, resilience, via } = {}) {
      const transport = via && createTransport();
      const client = createIntegration(definition, {
        tenant: tenant ?? 'tenant_a',
        options: { ...(fake.options(tenant) as object), ...options } as OptionsOf<Definition>,
        clock,
        random: () => 0.5,
        state: memoryState(clock),
        ...(resilience && { resilience }),
        ...(transport && {
          services: [provide(transportKey, (request: HttpRequest) => transport(via(request)))],
        }),
      });
      open.push(client as AsyncDisposable, ...(transport ? [transport] : []));
      return client as ClientOf<Definition>;
    },
    failure: (work) =>
      work.then(
        (value) => Promise.reject(new Error(`it succeeded: ${JSON.stringify(value)}`)),
        (error: unknown) => error,
      ),
    sent: () =>
      fake.exchanges
        .filter(({ target }) => !target.endsWith('/oauth2/v2.0/token'))
        .map(({ method, target }) => `${method} ${decodeURIComponent(target)}`),
    async [Symbol.asyncDispose]() {
      for (const one of open) await one[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}
