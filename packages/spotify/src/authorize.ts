/**
 * Connecting a user's account: authorization code with PKCE, with a client secret or without.
 * https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow
 *
 * 1. {@link startAuthorization} gives a URL to send the user to, and a proof to keep with the user's session.
 * 2. The user agrees and comes back to the redirect URI.
 * 3. {@link finishAuthorization} checks that it is the same user's return (`state`), trades the code for tokens, and
 *    gives the refresh token: the account's credential, to be kept as option `auth.refreshToken`.
 *
 * From then on `@im/http` renews access tokens by itself; where Spotify replaces the refresh token, the new one is stored
 * in the state store before it is used.
 */
import { type Clock, IntegrationError, type Provided, type Secret, systemClock, VendorError } from '@im/core';
import { authorizationUrl, createPkce, exchangeCode, type Pkce } from '@im/http';
import { tokenPath } from './client.ts';
import { spotifyErrors } from './errors.ts';
import { spotify } from './spotify.ts';

const defaultAccountsUrl = 'https://accounts.spotify.com/';

/** The app that wants access. */
interface App {
  readonly clientId: string;
  /** Default: `https://accounts.spotify.com/`. */
  readonly accountsUrl?: string | undefined;
}

/** What is asked of the user. */
export interface AuthorizationRequest extends App {
  /** Where the user comes back to; must be entered for the app in the developer dashboard. */
  readonly redirectUri: string;
  /** Each operation names those it needs. Default: none, which gives what is public. */
  readonly scopes?: readonly string[] | undefined;
  /** Asks again although the user agreed before. Default false. */
  readonly showDialog?: boolean | undefined;
}

/** A connection that has begun. */
export interface Authorization {
  /** Where to send the user. */
  readonly url: URL;
  /** Keep it with the user's session, and from everybody else, until the callback. */
  readonly proof: Pkce;
}

/** Begins to connect an account. Sends nothing. */
export function startAuthorization(request: AuthorizationRequest): Authorization {
  const { clientId, redirectUri, scopes, showDialog, accountsUrl = defaultAccountsUrl } = request;
  const proof = createPkce();
  const url = authorizationUrl({
    authorizeUrl: new URL('authorize', accountsUrl),
    clientId,
    redirectUri,
    scopes,
    pkce: proof,
    parameters: showDialog === true ? { show_dialog: 'true' } : {},
  });
  return { url, proof };
}

/** What the callback brought, and what was begun. */
export interface FinishAuthorization extends App {
  /** Absent: a public client, which must use the flow `pkce` from then on. */
  readonly clientSecret?: Secret | string | undefined;
  /** The same as at the start. */
  readonly redirectUri: string;
  /** The whole URL that the user came back to, or its parameters. */
  readonly callback: URL | URLSearchParams;
  readonly proof: Pick<Pkce, 'codeVerifier' | 'state'>;
  readonly signal?: AbortSignal | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Such as a transport of your own. */
  readonly services?: readonly Provided[] | undefined;
}

/** Tokens of an account. */
export interface ConnectedAccount {
  /** The account's credential. */
  readonly refreshToken: Secret;
  readonly accessToken: Secret;
  /** When the access token ends, milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
  /** What the user agreed to; may be less than was asked for. */
  readonly scopes: readonly string[];
}

/**
 * Ends the connection that {@link startAuthorization} began.
 *
 * @throws {@link IntegrationError} `permission_denied`: the user did not agree; `invalid_argument`: the callback belongs to
 * another connection; `unauthenticated`: code or client refused; `unavailable`; and the signal's reason
 */
export async function finishAuthorization(request: FinishAuthorization): Promise<ConnectedAccount> {
  const { clientId, clientSecret, redirectUri, callback, proof, signal, services = [] } = request;
  const context = {
    egress: spotify.egress,
    clock: request.clock ?? systemClock,
    service: <Service>(key: { readonly name: string }) =>
      services.find(({ name }) => name === key.name)?.service as Service | undefined,
  };
  const tokenUrl = new URL(tokenPath, request.accountsUrl ?? defaultAccountsUrl);
  try {
    const tokens = await exchangeCode(context, {
      tokenUrl,
      clientId,
      clientSecret,
      callback,
      redirectUri,
      pkce: proof,
      signal,
    });
    if (tokens.refreshToken === undefined) {
      throw new VendorError({ sent: true, code: 'internal', says: 'Spotify gave no refresh token' });
    }
    const { refreshToken, value: accessToken, expiresAt, scopes = [] } = tokens;
    return { refreshToken, accessToken, expiresAt, scopes };
  } catch (error) {
    throw error instanceof VendorError ? explained(error) : error;
  }
}

function explained(error: VendorError): IntegrationError {
  const { code = 'unavailable', reason, status, says = 'failed' } = error.failure;
  const row = spotifyErrors.rows.find((one) => one.reason !== undefined && one.reason === reason);
  return new IntegrationError(
    row?.says ?? says,
    {
      provider: spotify.id,
      operation: 'finishAuthorization',
      code: row?.code ?? code,
      reason,
      status,
      remedy: row?.remedy,
    },
    { cause: error },
  );
}
