/** The definition of Azure Key Vault: one vault a registration. */
import { defineIntegration, errorCode, isIntegrationError } from '@im/core';
import { tokenHosts } from '../common/credentials.ts';
import { connectVault } from './connection.ts';
import { keyVaultErrors } from './errors.ts';
import { keyVaultNative } from './native.ts';
import { cryptoOperations } from './operations/crypto.ts';
import { keyOperations } from './operations/keys.ts';
import { secretOperations } from './operations/secrets.ts';
import { keyVaultOptions } from './options.ts';

/** Refusals that say who asks was recognised, and only lacks the right to list. */
const isKnownCaller = /^(AccessDenied|ForbiddenByPolicy|ForbiddenByRbac)$/;

export const keyVault = defineIntegration({
  id: 'azure-key-vault',
  title: 'Azure Key Vault',
  category: 'cloud',
  contract: 1,
  package: '@im/azure',
  docs: 'https://learn.microsoft.com/azure/key-vault/general/overview',
  options: keyVaultOptions,
  egress: ['*.vault.azure.net', '*.managedhsm.azure.net', ...tokenHosts],
  errors: keyVaultErrors,
  resilience: { timeoutMs: 10_000 },
  http: connectVault,
  native: keyVaultNative,
  connect: ({ http: vault }) => ({
    ...secretOperations(vault),
    ...keyOperations(vault),
    ...cryptoOperations(vault),
  }),
  async check(api, call) {
    try {
      await api.listSecrets({ ...call, pageSize: 1, limit: 1 }).toArray();
    } catch (error) {
      const isKnown =
        errorCode(error) === 'permission_denied' &&
        isIntegrationError(error) &&
        isKnownCaller.test(error.reason ?? '');
      if (!isKnown) throw error;
    }
  },
});
