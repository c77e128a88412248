/** The vendor's SDK as the way down for applications. */
import type { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import type { SecretClient } from '@azure/keyvault-secrets';
import { type IntegrationContext, lazily, requireOptional } from '@im/core';
import { sdkCredential } from '../common/sdk-credential.ts';
import { createSdkTransport } from '../common/sdk-transport.ts';
import { tokenSource } from '../common/tokens.ts';
import { resourceOf } from './challenge.ts';
import { type CheckedKeyVaultOptions, vaultUrl } from './options.ts';

/** The SDK's clients of one vault, each made when it is first touched. */
export interface KeyVaultNative {
  /** Needs `@azure/keyvault-secrets`. */
  readonly secrets: SecretClient;
  /** Needs `@azure/keyvault-keys`, as does `cryptography`. */
  readonly keys: KeyClient;
  /** A client for one key, by its id. */
  cryptography(keyId: string): CryptographyClient;
}

/** The clients, with our transport, credentials and egress control; their own retries are off. Opens nothing. */
export function keyVaultNative(context: IntegrationContext<CheckedKeyVaultOptions>): KeyVaultNative {
  const { options } = context;
  const url = vaultUrl(options);
  // The SDK asks for a challenge first, without a body, so it must authorise its requests itself.
  const { pipeline } = createSdkTransport(context, { onPurpose: [url] });
  const credential = sdkCredential(
    (scope) => tokenSource(context, options.credentials, scope),
    context.clock.now,
  );
  const settings = {
    httpClient: pipeline,
    retryOptions: { maxRetries: 0 },
    allowInsecureConnection: url.protocol === 'http:',
    // A vault below no known domain, such as a fake, could name no resource that fits its host.
    disableChallengeResourceVerification: !url.hostname.endsWith(new URL(resourceOf(url.hostname)).hostname),
  };
  const library = () =>
    requireOptional<typeof import('@azure/keyvault-keys')>(
      '@azure/keyvault-keys',
      'native()',
      import.meta.url,
    );
  return {
    secrets: lazily(() => {
      const { SecretClient } = requireOptional<typeof import('@azure/keyvault-secrets')>(
        '@azure/keyvault-secrets',
        'native()',
        import.meta.url,
      );
      return new SecretClient(url.href, credential, settings);
    }),
    keys: lazily(() => new (library().KeyClient)(url.href, credential, settings)),
    cryptography: (keyId) => new (library().CryptographyClient)(keyId, credential, settings),
  };
}
