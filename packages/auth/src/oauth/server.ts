/**
 * Metadata of an authorization server (RFC 8414, OpenID Connect Discovery): from the provider's row, and what the row leaves out from the issuer's
 * document, which is kept for an hour and goes on to be used while the issuer cannot be reached.
 *
 * A document is refused when its `issuer` is another than was asked (mix-up), when an endpoint is not https, or when it offers PKCE without S256.
 */
import { type Clock, IntegrationError, type Logger, loadOptional, silentLogger, systemClock } from '@im/core';
import type * as OAuth from 'oauth4webapi';
import { failureFields, type GuardedFetch } from '../common/fetch.ts';
import { explained } from './oauth-error.ts';
import type { OAuthProvider } from './provider.ts';

/** Gives the metadata; `needsKeys` where an ID token is to be verified, for which the issuer's keys must be known. */
export type ServerSource = (needsKeys?: boolean) => Promise<OAuth.AuthorizationServer>;

/** What the source needs. */
export interface ServerSourceOptions {
  readonly provider: OAuthProvider;
  readonly variables: Readonly<Record<string, string>>;
  readonly fetch: GuardedFetch;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

const keepMs = 3_600_000;
/** Milliseconds after a failure before another attempt. */
const retryMs = 30_000;

/** Makes the source. Asks nobody yet. */
export function createServerSource(options: ServerSourceOptions): ServerSource {
  const { provider, variables, fetch, clock = systemClock, logger = silentLogger } = options;
  const issuer = provider.issuer && fillIn(provider.issuer, variables);
  const known = provider.endpoints && toMetadata(provider, issuer, variables);
  if (issuer === undefined) {
    if (known === undefined)
      throw new TypeError(`the provider ${provider.id} has neither issuer nor endpoints`);
    return async () => known;
  }
  let kept: OAuth.AuthorizationServer | undefined;
  let nextAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<OAuth.AuthorizationServer> | undefined;

  const ask = async (): Promise<OAuth.AuthorizationServer> => {
    const found = await discover(fetch, issuer);
    // What the row says is about the vendor's own deviations, and stands.
    kept = known === undefined ? found : { ...found, ...known };
    nextAt = clock.now() + keepMs;
    return kept;
  };
  return async (needsKeys = false) => {
    if (kept === undefined && known !== undefined && !needsKeys) return known;
    if (kept !== undefined && clock.now() < nextAt) return kept;
    asking ??= ask()
      .catch((error: unknown) => {
        if (kept === undefined) throw error;
        nextAt = clock.now() + retryMs;
        logger.warn('auth: the discovery document could not be fetched; the last one is used', {
          provider: provider.id,
          ...failureFields(error),
        });
        return kept;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
}

async function discover(fetch: GuardedFetch, issuer: string): Promise<OAuth.AuthorizationServer> {
  const oauth = await loadOptional('oauth4webapi', 'OAuth', () => import('oauth4webapi'));
  const url = new URL(issuer);
  const allowsHttp = url.protocol === 'http:';
  let response: Response | undefined;
  try {
    response = await oauth.discoveryRequest(url, {
      [oauth.customFetch]: (target, init) => fetch(target, { headers: init.headers }),
      [oauth.allowInsecureRequests]: allowsHttp,
    });
    const found = await oauth.processDiscoveryResponse(url, response);
    checkDocument(found, issuer, url);
    return found;
  } catch (error) {
    throw explained(error, { provider: url.host, operation: 'discover' }, response);
  }
}

function checkDocument(found: OAuth.AuthorizationServer, issuer: string, asked: URL): void {
  // The library compares URLs; an issuer is compared to the letter (RFC 8414 §3.3).
  if (found.issuer !== issuer && `${found.issuer}/` !== issuer && found.issuer !== `${issuer}/`)
    throw refused('issuer_mismatch', 'the discovery document is that of another issuer');
  for (const [name, value] of Object.entries(found)) {
    if (!name.endsWith('_endpoint') && name !== 'jwks_uri') continue;
    const isRight =
      typeof value === 'string' &&
      URL.canParse(value) &&
      (new URL(value).protocol === 'https:' || new URL(value).origin === asked.origin);
    if (!isRight)
      throw refused('insecure_endpoint', `the discovery document names a ${name} that is not https`);
  }
  const methods = found.code_challenge_methods_supported;
  if (methods !== undefined && methods.length > 0 && !methods.includes('S256'))
    throw refused('pkce_downgrade', 'the server offers PKCE without S256');
}

function refused(reason: string, says: string): IntegrationError {
  return new IntegrationError(says, { code: 'failed_precondition', reason });
}

/** The row as metadata. */
function toMetadata(
  { endpoints, id }: OAuthProvider,
  issuer: string | undefined,
  variables: Readonly<Record<string, string>>,
): OAuth.AuthorizationServer | undefined {
  if (endpoints === undefined) return undefined;
  const names = {
    authorization_endpoint: endpoints.authorization,
    token_endpoint: endpoints.token,
    revocation_endpoint: endpoints.revocation,
    introspection_endpoint: endpoints.introspection,
    device_authorization_endpoint: endpoints.deviceAuthorization,
    pushed_authorization_request_endpoint: endpoints.pushedAuthorization,
    userinfo_endpoint: endpoints.userInfo,
  };
  const given = Object.entries(names).flatMap(([name, url]) =>
    url === undefined ? [] : [[name, fillIn(url, variables)] as const],
  );
  return { issuer: issuer ?? `urn:im:provider:${id}`, ...Object.fromEntries(given) };
}

/**
 * Puts variables into an address. A value is one label of a host or one segment of a path: nothing in it can lead elsewhere.
 *
 * @throws {@link IntegrationError} `invalid_argument` when one is missing or is no such thing
 */
export function fillIn(address: string, variables: Readonly<Record<string, string>>): string {
  return address.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (
      value === undefined ||
      !/^[A-Za-z0-9](?:[\w.-]{0,98}[A-Za-z0-9])?$/.test(value) ||
      value.includes('..')
    )
      throw new IntegrationError(
        `the variable ${name} of the provider's address is missing or has characters that it may not have`,
        {
          code: 'invalid_argument',
          reason: 'bad_variable',
          remedy: `give variables.${name}`,
        },
      );
    return value;
  });
}
