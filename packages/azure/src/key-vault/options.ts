/** Options of `@im/azure/key-vault`. */
import { z } from 'zod';
import { endpointFault } from '../common/connection-string.ts';
import { entraCredentials } from '../common/credentials.ts';

/** @see {@link https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name | Key Vault: Vault names} */
const vaultPattern = /^(?=.{3,24}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/i;

export const keyVaultOptions = z
  .strictObject({
    vault: z
      .string()
      .regex(vaultPattern, 'must be 3 to 24 letters, digits and single hyphens, beginning with a letter')
      .optional()
      .describe('name of the vault, in the public cloud'),
    endpoint: z
      .url()
      .optional()
      .describe('base URL of the vault or managed HSM; default: the public cloud, by the name of the vault'),
    credentials: entraCredentials,
    challenge: z
      .boolean()
      .default(true)
      .describe(
        'whether the vault may say which resource tokens must be for; only one of its own domain is believed',
      ),
  })
  .superRefine(({ vault, endpoint }, context) => {
    const says = vault === undefined && endpoint === undefined ? 'is missing' : undefined;
    if (says !== undefined) context.addIssue({ code: 'custom', path: ['vault'], message: says });
    const fault = endpoint === undefined ? undefined : vaultUrlFault(endpoint);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['endpoint'], message: fault });
  });

/** Options as an application writes them. */
export type KeyVaultOptions = z.input<typeof keyVaultOptions>;

/** Options once checked. */
export type CheckedKeyVaultOptions = z.output<typeof keyVaultOptions>;

function vaultUrlFault(endpoint: string): string | undefined {
  const fault = endpointFault(endpoint);
  if (fault !== undefined) return fault;
  return new URL(endpoint).pathname === '/' ? undefined : 'has a path; give the URL of the vault alone';
}

/** Scheme, host and port of the vault. */
export function vaultUrl({ vault, endpoint }: CheckedKeyVaultOptions): URL {
  return new URL(endpoint ?? `https://${vault}.vault.azure.net`);
}
