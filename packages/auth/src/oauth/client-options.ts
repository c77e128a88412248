/** What an application says of itself at an authorization server, and whether it can be right. */
import { ConfigurationError, type ConfigurationFault, IntegrationError, type Logger } from '@im/core';
import type { FetchOptions } from '../common/fetch.ts';
import type { RandomBytes } from '../common/random.ts';
import { type ClientCredential, credentialFaults } from './client-authentication.ts';
import type { OAuthProvider } from './provider.ts';
import { fillIn } from './server.ts';

/** The application at one authorization server. */
export interface OAuthClientOptions extends FetchOptions {
  readonly provider: OAuthProvider;
  readonly clientId: string;
  readonly credential: ClientCredential;
  /** Where users come back to, as it is registered at the provider. Needed for the authorization code. */
  readonly redirectUri?: string | undefined;
  /** Values of the variables in the provider's addresses, such as `{ shop: 'acme' }`. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Whose client it is: becomes `tenant` of identities. Default empty. */
  readonly tenant?: string | undefined;
  /** Sends the authorization request ahead, by the back channel (RFC 9126). Default: where the server demands it. */
  readonly pushesRequests?: boolean | undefined;
  /** Has tokens bound to a key of their own (RFC 9449). Default false. */
  readonly dpop?: boolean | undefined;
  /**
   * Whether the provider may be asked by `http` or at a private address: for one in your own network, and for tests. Default false, so that a
   * tenant who names an issuer cannot reach inside.
   */
  readonly allowPrivate?: boolean | undefined;
  /** Certificates to trust beside the system's, PEM, where the credential is a certificate. */
  readonly trust?: string | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** @throws {@link ConfigurationError} everything that is wrong with the options */
export function checkOptions(options: OAuthClientOptions): void {
  const { provider, clientId, credential, redirectUri, variables = {}, allowPrivate } = options;
  const faults: ConfigurationFault[] = credentialFaults(credential, provider);
  if (clientId === '') faults.push({ path: 'clientId', says: 'is empty', remedy: 'give the client id' });
  if (provider.issuer === undefined && provider.endpoints === undefined)
    faults.push({ path: 'provider', says: 'has neither issuer nor endpoints', remedy: 'name one of them' });
  for (const address of [provider.issuer, ...Object.values(provider.endpoints ?? {})]) {
    if (address === undefined) continue;
    try {
      const url = new URL(fillIn(address, variables));
      if (url.protocol !== 'https:' && allowPrivate !== true)
        faults.push({
          path: 'provider',
          says: `names ${url.origin}, which is not https`,
          remedy: 'use https',
        });
    } catch (error) {
      const says = error instanceof IntegrationError ? error.message : 'names an address that is no URL';
      if (!faults.some((fault) => fault.says === says))
        faults.push({ path: 'variables', says, remedy: 'add it' });
    }
  }
  if (redirectUri !== undefined && !isRedirectUri(redirectUri))
    faults.push({
      path: 'redirectUri',
      says: 'is neither https, nor http on loopback, nor a scheme of an app',
      remedy: 'give the whole address without fragment',
    });
  if (faults.length > 0)
    throw new ConfigurationError(faults, { provider: provider.id, subject: 'the OAuth client' });
}

/** RFC 9700 §2.6, RFC 8252 §7. */
function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'http:') return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return protocol === 'https:' || /^[a-z][a-z\d+.-]*\.[a-z\d+.-]+:$/.test(protocol);
}

/** Any public host by https: a discovery document names hosts that the row does not. Private ones only on purpose. */
export function egressOf({ provider, variables = {}, allowPrivate = false }: OAuthClientOptions) {
  const named = [provider.issuer, ...Object.values(provider.endpoints ?? {})].flatMap((address) =>
    address === undefined ? [] : [new URL(fillIn(address, variables))],
  );
  const hosts = named.filter(({ protocol }) => protocol === 'https:').map(({ host }) => host);
  return { allow: ['*', ...hosts], onPurpose: allowPrivate ? named.map((url) => url.origin) : [] };
}

/** The issuer's origin. */
export function originOf({ provider, variables = {} }: OAuthClientOptions): string | undefined {
  return provider.issuer && new URL(fillIn(provider.issuer, variables)).origin;
}
