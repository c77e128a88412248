/**
 * Credentials that Google's own library knows how to use: application default ones, workload identity federation, logins of users.
 * Its requests are its own: they pass neither our transport nor our control of hosts.
 */
import { loadOptional, requireOptional, Secret, unlessAborted, VendorError } from '@im/core';
import type { AccessToken, TokenSource } from '@im/http';
import type { AuthClient, GoogleAuth as LibraryAuth, OAuth2Client } from 'google-auth-library';

/** What the library gives. */
export interface LibraryCredentials {
  readonly token: TokenSource;
  /** @throws `VendorError` `no_project` */
  projectId(): Promise<string>;
}

/** How the library is asked. */
export interface LibraryOptions {
  readonly scopes: readonly string[];
  readonly universeDomain: string;
  /** What stands in the file. Absent: application default credentials. */
  readonly json?: (Readonly<Record<string, unknown>> & { readonly type: string }) | undefined;
}

/** The library's client for each kind of file: https://google.aip.dev/auth/4110 */
const clients: Readonly<Record<string, (library: Library, json: object, scopes: string[]) => AuthClient>> = {
  authorized_user: (library, json) => {
    const client = new library.UserRefreshClient();
    client.fromJSON(json);
    return client;
  },
  external_account: (library, json, scopes) => {
    // Made by its own constructor: the library's helper for it writes a warning to the console.
    const { environment_id, executable } = sourceOf(json);
    const options = { ...json, scopes } as never;
    if (environment_id !== undefined) return new library.AwsClient(options);
    return executable === undefined
      ? new library.IdentityPoolClient(options)
      : new library.PluggableAuthClient(options);
  },
  external_account_authorized_user: (library, json) =>
    new library.ExternalAccountAuthorizedUserClient(json as never),
};
type Library = typeof import('google-auth-library');

/** Where a workload's own token comes from: https://google.aip.dev/auth/4117 */
function sourceOf(json: object): Readonly<Record<string, unknown>> {
  const source = 'credential_source' in json ? json.credential_source : undefined;
  return typeof source === 'object' && source !== null ? { ...source } : {};
}

function unknownKind(type: string): VendorError {
  return new VendorError({
    sent: false,
    reason: 'bad_key_file',
    says: `the key is of a kind that is not known, or lacks what its kind needs (${type.slice(0, 60)})`,
  });
}

/** Makes a source of tokens over `google-auth-library`, which is loaded by the first call. */
export function libraryCredentials(options: LibraryOptions): LibraryCredentials {
  let auth: Promise<LibraryAuth> | undefined;
  let client: Promise<AuthClient> | undefined;
  let asked: Promise<AccessToken> | undefined;
  let latest: AccessToken | undefined;

  const load = async (): Promise<LibraryAuth> => {
    const library = await loadOptional(
      'google-auth-library',
      'signing in with these credentials',
      () => import('google-auth-library'),
    );
    const { json, universeDomain } = options;
    const scopes = [...options.scopes];
    if (json === undefined) return new library.GoogleAuth({ scopes, universeDomain });
    const make = Object.hasOwn(clients, json.type) ? clients[json.type] : undefined;
    const authClient = make?.(library, { ...json, universe_domain: universeDomain }, scopes);
    if (authClient === undefined) throw unknownKind(json.type);
    return new library.GoogleAuth({ authClient });
  };
  /** Whatever fails is tried again by the next call. */
  const loadAuth = () =>
    (auth ??= load().catch((error: unknown) => {
      auth = undefined;
      throw error;
    }));
  const loadClient = () =>
    (client ??= loadAuth()
      .then((loaded) => loaded.getClient())
      .catch((error: unknown) => {
        client = undefined;
        throw refused(error);
      }));

  const ask = async (): Promise<AccessToken> => {
    const current = await loadClient();
    let value: string | null | undefined;
    try {
      value = (await current.getAccessToken()).token;
    } catch (error) {
      throw refused(error);
    }
    if (!value) throw refused(new Error('an empty token'));
    const expiresAt = current.credentials.expiry_date ?? undefined;
    if (latest?.value.reveal() !== value) latest = { value: new Secret(value), expiresAt };
    return latest;
  };
  /** One question for all who ask meanwhile. */
  const askOnce = () =>
    (asked ??= ask().finally(() => {
      asked = undefined;
    }));

  return {
    token: {
      get: ({ signal }) => unlessAborted(askOnce(), signal),
      async refresh(stale, { signal }) {
        signal.throwIfAborted();
        const held = await unlessAborted(askOnce(), signal);
        if (held.value.reveal() !== stale.value.reveal()) return { ...held, isOlder: true };
        // The library keeps a token until it ends: another one comes from another client.
        auth = undefined;
        client = undefined;
        return unlessAborted(askOnce(), signal);
      },
    },
    async projectId() {
      try {
        return await (await loadAuth()).getProjectId();
      } catch (error) {
        if (isOurs(error)) throw error;
        throw new VendorError({
          sent: false,
          reason: 'no_project',
          says: 'neither the options nor the credentials name a project',
        });
      }
    },
  };
}

/** The library's errors hold requests and answers, so they are not kept as causes. */
function refused(error: unknown): unknown {
  if (isOurs(error)) return error;
  const response = error instanceof Error && 'response' in error ? error.response : undefined;
  const status =
    typeof response === 'object' && response !== null && 'status' in response ? Number(response.status) : 0;
  if (status >= 500 || status === 429)
    return new VendorError({
      sent: false,
      code: 'unavailable',
      says: `no token: the issuer answered ${status}`,
    });
  return new VendorError({
    sent: false,
    reason: 'no_credentials',
    says:
      status > 0
        ? `no token: the issuer answered ${status}`
        : 'no token: no credentials were found that work',
  });
}

/** A package that is missing says so itself. */
function isOurs(error: unknown): boolean {
  return error instanceof VendorError || (error instanceof Error && error.name === 'IntegrationError');
}

/**
 * A client of `google-auth-library` for Google's SDKs, which takes its tokens from `token`: with it they share tokens, tenants and
 * rotation with the operations. Opens nothing.
 *
 * @throws IntegrationError `failed_precondition` where the library is not installed
 */
export function createAuthClient(
  token: TokenSource,
  options: {
    readonly projectId?: string | undefined;
    readonly quotaProjectId?: string | undefined;
    readonly universeDomain: string;
  },
): OAuth2Client {
  const library = requireOptional<typeof import('google-auth-library')>(
    'google-auth-library',
    'native()',
    import.meta.url,
  );
  const client = new library.OAuth2Client({
    universeDomain: options.universeDomain,
    ...(options.projectId && { projectId: options.projectId }),
    ...(options.quotaProjectId && { quotaProjectId: options.quotaProjectId }),
  });
  const never = new AbortController().signal;
  client.refreshHandler = async () => {
    const { value, expiresAt } = await token.get({ signal: never });
    return { access_token: value.reveal(), expiry_date: expiresAt ?? Number.MAX_SAFE_INTEGER };
  };
  return client;
}
