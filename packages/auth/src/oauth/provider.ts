/**
 * What is known of an authorization server, as data: where it is, and where it differs from the standards. A provider is a row; nothing else of
 * this package knows which one it talks to.
 */

/** Ways in which a client shows who it is at the token endpoint (RFC 6749 §2.3, RFC 7523, RFC 8705). */
export type ClientAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

/** Addresses, by the names of RFC 8414. `{name}` in one is a variable that the client's settings fill in, such as `{shop}`. */
export interface OAuthEndpoints {
  readonly authorization?: string | undefined;
  readonly token: string;
  readonly revocation?: string | undefined;
  readonly introspection?: string | undefined;
  readonly deviceAuthorization?: string | undefined;
  readonly pushedAuthorization?: string | undefined;
  readonly userInfo?: string | undefined;
  /** Where the vendor's own API says whose token it is; see {@link OAuthProvider.readAccount}. */
  readonly account?: string | undefined;
}

/** What happens to refresh tokens. */
export interface RefreshFacts {
  /** `always`: each use brings a new one and ends the old; `never`: it stays; `sometimes`: a new one may come. */
  readonly rotation: 'always' | 'never' | 'sometimes';
  /** Seconds after a rotation during which the old one is still taken. */
  readonly graceSeconds?: number | undefined;
  /** Days without use after which it ends. */
  readonly idleDays?: number | undefined;
  /** Days after which it ends in any case, where the answer does not say. */
  readonly lifetimeDays?: number | undefined;
  /** `lifetimeDays` are counted from the user's consent: a renewal leaves the end where it was, also where it brings a new one. */
  readonly endsWithConsent?: true | undefined;
}

/** A request that a vendor has in place of a standard one. `form`, `query` and `json` are put together by the functions of {@link OAuthDialect}. */
export interface VendorRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly json?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as `authorization`. */
  readonly bearer?: string | undefined;
  /** User and password of HTTP Basic. */
  readonly basic?: readonly [id: string, secret: string] | undefined;
}

/** Tokens that a vendor's request is about. `refresh` is absent where the access token renews itself, `account` where it is not known. */
export interface VendorTokens {
  readonly access: string;
  readonly refresh?: string | undefined;
  readonly account?: string | undefined;
}

/** What a vendor's request is made of. Values are secrets; they go into the request and nowhere else. */
export interface VendorRequestParts {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Variables of the client's settings, such as `shop`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where a vendor's OAuth is not that of the RFCs. Each member says what the vendor's page says; absent: as in the standard. */
export interface OAuthDialect {
  /** Name of `client_id` in all requests, such as `client_key`. */
  readonly clientIdParameter?: string | undefined;
  /** Name of `client_secret`, such as `secret`. */
  readonly clientSecretParameter?: string | undefined;
  /** Goes along with the exchange of the code. */
  readonly codeParameters?: Readonly<Record<string, string>> | undefined;
  /** How the token request is written. Default `form`. */
  readonly tokenRequest?: 'form' | 'json' | 'query' | undefined;
  /** `raw`: id and secret go into HTTP Basic as they are, and not form-encoded first (RFC 6749 §2.3.1). Default `form`. */
  readonly basicEncoding?: 'form' | 'raw' | undefined;
  /** Headers that every request to the token endpoint needs. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Makes the answer of RFC 6749 §5.1 (or §5.2, with `error`) of the vendor's. */
  readonly readTokens?:
    | ((body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>)
    | undefined;
  /** Exchanges the token that came for the code for one that lasts; the answer is read as a token answer. */
  readonly extend?: ((accessToken: string, parts: VendorRequestParts) => VendorRequest) | undefined;
  /** Renews in another way than by `grant_type=refresh_token`. `tokens.refresh` is absent where the access token renews itself. */
  readonly refresh?: ((tokens: VendorTokens, parts: VendorRequestParts) => VendorRequest) | undefined;
  /** Ends the access in another way than by RFC 7009. */
  readonly revoke?: ((tokens: VendorTokens, parts: VendorRequestParts) => VendorRequest) | undefined;
}

/** Which account was connected, where the token answer says so. */
export interface ConnectedAccount {
  readonly id: string;
  readonly name?: string | undefined;
}

/** Finds the account in an answer, where it is there. */
export type ReadAccount = (answer: Readonly<Record<string, unknown>>) => ConnectedAccount | undefined;

/** An authorization server. */
export interface OAuthProvider {
  /** In kebab case; the id of the integration whose calls it authorises, where there is one. */
  readonly id: string;
  readonly title: string;
  /** The vendor's page that the facts of this row are from. */
  readonly docs: string;
  /** Set for OpenID Connect: ID tokens are issued by it, and what `endpoints` leaves out is discovered there. */
  readonly issuer?: string | undefined;
  /** Default: those that the issuer's discovery document names. */
  readonly endpoints?: OAuthEndpoints | undefined;
  /** Methods that the token endpoint takes, the best first. */
  readonly authentication: readonly ClientAuthMethod[];
  /**
   * Whether S256 is understood (RFC 7636). `ignored`: it is sent all the same. `unsupported`: the vendor refuses it from clients with a secret, or
   * has a form of its own; the state alone ties the answer to the browser, and nobody can sign in by it.
   */
  readonly pkce: 'required' | 'supported' | 'ignored' | 'unsupported';
  /** Between scopes. Default a space. */
  readonly scopeSeparator?: ' ' | ',' | undefined;
  /** Name of `scope` in the authorization request. Default `scope`. */
  readonly scopeParameter?: string | undefined;
  /** Scopes that are granted by another name than they are asked by. */
  readonly scopeAliases?: Readonly<Record<string, string>> | undefined;
  /** What a request must hold for a refresh token to be issued. */
  readonly offline?:
    | {
        readonly scopes?: readonly string[] | undefined;
        readonly parameters?: Readonly<Record<string, string>> | undefined;
      }
    | undefined;
  /** Goes along with every authorization request. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** `form_post`: the browser comes back by POST. Default by GET. */
  readonly responseMode?: 'form_post' | undefined;
  /** Absent: there are none, and the user connects again when the access token ends. */
  readonly refresh?: RefreshFacts | undefined;
  /** Seconds that an access token lives, where its answer does not say. Absent too: it has no end that is known. */
  readonly accessTokenSeconds?: number | undefined;
  /** Reads the account from the token answer. */
  readonly account?: ReadAccount | undefined;
  /** Reads it from the answer of `endpoints.account`, which is asked once, when an account is connected, with the new token. */
  readonly readAccount?: ReadAccount | undefined;
  /** Scheme of the `authorization` header. Default `Bearer`. */
  readonly tokenScheme?: string | undefined;
  readonly dialect?: OAuthDialect | undefined;
}

/** A server that is found by its discovery document alone, and keeps to the standards. */
export function openIdProvider(
  issuer: string,
  row: Partial<Omit<OAuthProvider, 'issuer'>> = {},
): OAuthProvider {
  return {
    id: 'openid',
    title: new URL(issuer).host,
    docs: issuer,
    authentication: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: 'supported',
    refresh: { rotation: 'sometimes' },
    ...row,
    issuer,
  };
}
