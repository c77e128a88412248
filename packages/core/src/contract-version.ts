import { IntegrationError } from './errors.ts';
import { type AnyDefinition, contractVersions } from './integration.ts';

/**
 * Refuses a definition that was written for a contract which this copy of core does not know.
 *
 * @throws {@link IntegrationError} `failed_precondition`: names the package, both versions and the command that mends it
 */
export function checkContractVersion(
  definition: Pick<AnyDefinition, 'id' | 'package' | 'contract'>,
  known: readonly number[] = contractVersions,
): void {
  if (known.includes(definition.contract)) return;
  const name = definition.package ?? `@im/${definition.id}`;
  const newest = Math.max(...known);
  const stale = definition.contract > newest ? '@im/core' : name;
  throw new IntegrationError(
    `${name} is written for contract version ${String(definition.contract)}, this @im/core understands ${known.join(', ')}`,
    {
      code: 'failed_precondition',
      provider: definition.id,
      remedy: `run: npm install ${stale}@latest`,
    },
  );
}
