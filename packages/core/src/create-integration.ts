import type { Environment } from './context.ts';
import { checkContractVersion } from './contract-version.ts';
import { createInstance } from './instance/instance.ts';
import { surroundingsOf } from './instance/surroundings.ts';
import type { AnyDefinition, ClientOf, OptionsOf } from './integration.ts';
import { checkName } from './names.ts';
import { parseOptions } from './options.ts';
import { defaultTenant } from './registry/types.ts';
import type { ResilienceInput } from './resilience/types.ts';

/** What one integration without a registry is made of. */
export interface IntegrationSetup<Definition extends AnyDefinition> extends Environment {
  readonly options: OptionsOf<Definition>;
  /** Default: the definition's id. */
  readonly name?: string | undefined;
  /** Default: {@link defaultTenant}. */
  readonly tenant?: string | undefined;
  /** On top of the definition's own. */
  readonly resilience?: ResilienceInput | undefined;
  /** Milliseconds that calls in flight may take to end when it is disposed. Default 10 000. */
  readonly graceMs?: number | undefined;
}

/**
 * Makes one integration, for programs that need no registry: the client, to be disposed (`await using`) in the end.
 *
 * @throws `ConfigurationError` with every fault of the options; {@link IntegrationError} `failed_precondition` for a
 * contract version that this core does not know
 */
export function createIntegration<Definition extends AnyDefinition>(
  definition: Definition,
  setup: IntegrationSetup<Definition>,
): ClientOf<Definition> & AsyncDisposable {
  const { name = definition.id, tenant = defaultTenant, graceMs = 10_000 } = setup;
  checkContractVersion(definition);
  checkName('name', name);
  checkName('tenant', tenant);
  const surroundings = surroundingsOf(setup);
  const names = { provider: definition.id, integration: name, tenant };
  const instance = createInstance({
    definition,
    options: parseOptions(definition, setup.options, 'options'),
    names,
    resilience: [setup.resilience],
    surroundings,
    forecast: (forecast) => surroundings.logger.info(forecast.what, { ...names, ...forecast }),
  });
  const client = {
    ...instance.client(),
    async [Symbol.asyncDispose]() {
      try {
        await instance.close(graceMs);
      } finally {
        if (surroundings.ownsState) await surroundings.state[Symbol.asyncDispose]();
      }
    },
  };
  return client as unknown as ClientOf<Definition> & AsyncDisposable;
}
