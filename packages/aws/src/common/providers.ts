/** Where credentials come from that are not written in the options: the SDK's own providers, an optional peer. */
import { isIntegrationError, VendorError } from '@im/core';
import { createEgressGuard, scrub, transportOf } from '@im/http';
import type { CredentialContext } from './credentials.ts';
import { readSdkError } from './errors.ts';
import type { AwsIdentity } from './identity.ts';
import { loadSdk } from './load-sdk.ts';
import type { CredentialOptions, KeyOptions, ProfileOptions } from './options.ts';
import { createRequestHandler } from './request-handler.ts';
import { createSigningTime, signerClass } from './sign.ts';

/** Fetches credentials, new ones each time. */
export type Issue = (signal: AbortSignal) => Promise<AwsIdentity>;

type Providers = typeof import('@aws-sdk/credential-providers');
type Provider = () => Promise<AwsIdentity>;

/**
 * The way to credentials that are not written in the options.
 *
 * STS is asked over the integration's own transport and egress control. The default chain may ask the container's or the
 * machine's own metadata service, or SSO; that goes where the SDK sends it.
 */
export function issuerOf(context: CredentialContext): Issue {
  const { credentials } = context.options;
  return async (signal) => {
    const providers = await loadSdk(
      '@aws-sdk/credential-providers',
      'finding credentials of AWS',
      () => import('@aws-sdk/credential-providers'),
    );
    try {
      return await providerOf(context, credentials, providers, signal)();
    } catch (error) {
      signal.throwIfAborted();
      throw noCredentials(error, optionSecrets(credentials));
    }
  };
}

function providerOf(
  context: CredentialContext,
  options: CredentialOptions,
  providers: Providers,
  signal: AbortSignal,
): Provider {
  if (options === undefined) return providers.fromNodeProviderChain();
  if ('tokenFile' in options) {
    return providers.fromTokenFile({
      roleArn: options.roleArn,
      webIdentityTokenFile: options.tokenFile,
      roleSessionName: options.sessionName,
      durationSeconds: options.durationSeconds,
      clientConfig: stsConfig(context, options.stsEndpoint, signal),
    });
  }
  if ('roleArn' in options) {
    return providers.fromTemporaryCredentials({
      params: {
        RoleArn: options.roleArn,
        RoleSessionName: options.sessionName,
        DurationSeconds: options.durationSeconds,
        ...(options.externalId !== undefined && { ExternalId: options.externalId }),
      },
      masterCredentials: sourceOf(options.source, providers),
      clientConfig: stsConfig(context, options.stsEndpoint, signal),
    });
  }
  const source = sourceOf(options, providers);
  return typeof source === 'function' ? source : async () => source;
}

function sourceOf(
  source: KeyOptions | ProfileOptions | undefined,
  providers: Providers,
): AwsIdentity | Provider {
  return source !== undefined && 'accessKeyId' in source
    ? identityOf(source)
    : providers.fromNodeProviderChain(source);
}

/** Static keys as the SDK wants them. */
export function identityOf({ accessKeyId, secretAccessKey, sessionToken }: KeyOptions): AwsIdentity {
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken !== undefined && { sessionToken: sessionToken.reveal() }),
  };
}

function stsConfig(context: CredentialContext, endpoint: string | undefined, signal: AbortSignal) {
  return {
    region: context.options.region,
    maxAttempts: 1,
    signerConstructor: signerClass(createSigningTime(context.clock)),
    ...(endpoint !== undefined && { endpoint }),
    requestHandler: createRequestHandler({
      transport: transportOf(context),
      guard: createEgressGuard({
        allow: context.egress,
        onPurpose: endpoint === undefined ? [] : [endpoint],
      }),
      streams: false,
      signal,
    }),
  };
}

/** Secrets that the options themselves hold. */
export function optionSecrets(options: CredentialOptions): readonly string[] {
  const keys = options !== undefined && 'source' in options ? options.source : options;
  if (keys === undefined || !('accessKeyId' in keys)) return [];
  const { secretAccessKey, sessionToken } = identityOf(keys);
  return sessionToken === undefined ? [secretAccessKey] : [secretAccessKey, sessionToken];
}

/** The SDK's own error is not kept: its text may hold a token, and its members the request. */
function noCredentials(error: unknown, secrets: readonly string[]): Error {
  if (isIntegrationError(error)) return error;
  if (error instanceof VendorError) {
    const { code, reason, says } = error.failure;
    return new VendorError({
      sent: false,
      code: code ?? 'unavailable',
      reason,
      says: `no credentials: ${says ?? reason}`,
    });
  }
  const failure = readSdkError(error);
  const name = error instanceof Error ? error.name : 'Error';
  const says = scrub(error instanceof Error ? error.message : '', secrets);
  const isTemporary =
    (failure?.status ?? 0) >= 500 || /Throttl|IDPCommunicationError/.test(failure?.reason ?? '');
  return new VendorError({
    sent: false,
    code: isTemporary ? 'unavailable' : 'unauthenticated',
    reason: failure?.reason ?? 'no_credentials',
    requestId: failure?.requestId,
    says: `no credentials: ${failure === undefined ? `${name} says` : 'STS says'} "${says}"`,
  });
}
