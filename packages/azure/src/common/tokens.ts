/**
 * Bearer tokens of Microsoft Entra ID, one source for each scope.
 *
 * A service principal is asked for over `@im/http`, whose cache is shared by all processes of a state store. Identities of
 * the machine come from `@azure/identity`, an optional peer, loaded on first use: it knows IMDS, App Service, Arc,
 * Kubernetes and the developer's own tools. Its tokens are kept here until shortly before their end, and asked for once
 * however many wait. An application can give its own credential under {@link azureCredentialKey}.
 */
import type { TokenCredential } from '@azure/identity';
import {
  type Clock,
  type IntegrationContext,
  loadOptional,
  Secret,
  type ServiceKey,
  serviceKey,
  unlessAborted,
  VendorError,
} from '@im/core';
import { type AccessToken, clientCredentials, type TokenSource } from '@im/http';
import type { TokenCredentials } from './credentials.ts';

/** Under which an application gives a credential of its own, for `default`: any `TokenCredential` of `@azure/identity`. */
export const azureCredentialKey: ServiceKey<TokenCredential> = serviceKey('im.azure.credential');

/** What a token source needs of a provider's context. */
export type AzureTokenContext = Omit<IntegrationContext<unknown>, 'options'>;

/** Makes the source of tokens for one scope, such as `https://vault.azure.net/.default`. Asks nobody yet. */
export function tokenSource(
  context: AzureTokenContext,
  credentials: TokenCredentials,
  scope: string,
): TokenSource {
  if (credentials.type === 'service-principal') {
    const { tenantId, clientId, clientSecret, authority } = credentials;
    return clientCredentials(context, {
      tokenUrl: `${authority.replace(/\/+$/, '')}/${tenantId}/oauth2/v2.0/token`,
      clientId,
      clientSecret,
      authStyle: 'body',
      scopes: [scope],
    });
  }
  const given = credentials.type === 'default' ? context.service(azureCredentialKey) : undefined;
  let loading: Promise<TokenCredential> | undefined;
  const load = () => {
    loading ??= identityCredential(credentials).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return credentialTokens(given === undefined ? load : async () => given, scope, context.clock);
}

type IdentityCredentials = Exclude<TokenCredentials, { readonly type: 'service-principal' }>;

async function identityCredential(credentials: IdentityCredentials): Promise<TokenCredential> {
  const identity = await loadOptional(
    '@azure/identity',
    `credentials of type ${credentials.type}`,
    () => import('@azure/identity'),
  );
  // The pipeline of core retries, so that every attempt is counted.
  const retryOptions = { maxRetries: 0 };
  switch (credentials.type) {
    case 'default':
      return new identity.DefaultAzureCredential({
        retryOptions,
        ...(credentials.clientId && { managedIdentityClientId: credentials.clientId }),
      });
    case 'managed-identity':
      return new identity.ManagedIdentityCredential({
        retryOptions,
        ...(credentials.clientId && { clientId: credentials.clientId }),
      });
    case 'workload-identity':
      return new identity.WorkloadIdentityCredential({
        retryOptions,
        ...(credentials.tenantId && { tenantId: credentials.tenantId }),
        ...(credentials.clientId && { clientId: credentials.clientId }),
        ...(credentials.tokenFile && { tokenFilePath: credentials.tokenFile }),
      });
  }
}

/** Milliseconds before its end at which a token is had anew. */
const renewBeforeMs = 120_000;
/** Milliseconds during which a refused credential is not tried again. */
const refusalMs = 5_000;

/** One token for all who ask, from a credential of the vendor's SDK. */
function credentialTokens(
  credential: () => Promise<TokenCredential>,
  scope: string,
  clock: Clock,
): TokenSource {
  let held: AccessToken | undefined;
  let asking: Promise<AccessToken> | undefined;
  let refusal: { readonly error: unknown; readonly until: number } | undefined;

  const ask = async (): Promise<AccessToken> => {
    try {
      const issued = await (await credential()).getToken(scope);
      if (issued === null) throw new Error('the credential gave no token');
      held = { value: new Secret(issued.token), expiresAt: issued.expiresOnTimestamp };
      return held;
    } catch (cause) {
      const error = refused(cause);
      if (error instanceof VendorError && error.failure.code === 'unauthenticated')
        refusal = { error, until: clock.now() + refusalMs };
      throw error;
    }
  };
  const askOnce = (): Promise<AccessToken> => {
    if (refusal !== undefined && refusal.until > clock.now()) return Promise.reject(refusal.error);
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };

  return {
    get({ signal }) {
      signal.throwIfAborted();
      if (held?.expiresAt !== undefined && held.expiresAt - renewBeforeMs > clock.now())
        return Promise.resolve(held);
      return unlessAborted(askOnce(), signal);
    },
    async refresh(stale, { signal }) {
      const current = held;
      if (current !== undefined && current.value.reveal() !== stale.value.reveal())
        return { ...current, isOlder: true };
      return unlessAborted(askOnce(), signal);
    },
  };
}

/** Why a credential of the SDK gave no token. Its own message may tell of the machine, and names no secret; only its kind is kept. */
function refused(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause.name === 'IntegrationError') return cause;
  const isAbsent = cause.name === 'CredentialUnavailableError';
  const status = 'statusCode' in cause && typeof cause.statusCode === 'number' ? cause.statusCode : undefined;
  const isRefusal = isAbsent || (status !== undefined && status >= 400 && status < 500);
  return new VendorError(
    {
      sent: false,
      code: isRefusal ? 'unauthenticated' : 'unavailable',
      reason: isAbsent ? 'no_credential' : 'no_token',
      says: isAbsent
        ? 'no Azure identity was found on this machine; sign in, assign one, or configure credentials'
        : 'Azure gave no token for this identity; check the identity and its tenant',
    },
    { cause },
  );
}
