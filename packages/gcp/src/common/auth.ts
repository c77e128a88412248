/** Who the application is, towards Google: tokens, the project, and the key that signs where there is one. */
import { type IntegrationContext, Secret, VendorError } from '@im/core';
import { signedJwt, staticToken, type TokenCall, type TokenContext, type TokenSource } from '@im/http';
import { type KeyFile, parseKey, readKeyFile, type ServiceAccountKey } from './key.ts';
import { libraryCredentials } from './library-token.ts';
import { defaultUniverse, type GoogleCredentials, type GoogleOptions } from './options.ts';

/** Everything that Google Cloud's own scope allows; roles of the account decide what of it. */
export const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

/** What the services need of a provider's context. */
export type GoogleContext = TokenContext & Pick<IntegrationContext<GoogleOptions>, 'options'>;

/** Credentials at work. Made by {@link createGoogleAuth}; opens nothing before the first question. */
export interface GoogleAuth {
  readonly token: TokenSource;
  /**
   * The option `projectId`, else the project that the credentials name.
   *
   * @throws `VendorError` `no_project` where neither does
   */
  projectId(call: TokenCall): Promise<string>;
  /** The key of a service account, for signing; `undefined` where the credentials are of another kind. */
  signer(call: TokenCall): Promise<ServiceAccountKey | undefined>;
}

/** What one kind of credentials comes to. */
interface Resolved {
  readonly token: TokenSource;
  readonly key?: ServiceAccountKey | undefined;
  readonly projectId?: (() => Promise<string>) | undefined;
}

/** Credentials of one instance. */
export function createGoogleAuth(
  context: GoogleContext,
  scopes: readonly string[] = [cloudPlatform],
): GoogleAuth {
  const { options } = context;
  const resolve = resolver(context, options.credentials, scopes);
  let resolved: Resolved | undefined;
  let resolving: Promise<Resolved> | undefined;
  const settle = (): Promise<Resolved> =>
    (resolving ??= resolve().then(
      (found) => (resolved = found),
      (error: unknown) => {
        // A key file may be there the next time.
        resolving = undefined;
        throw error;
      },
    ));
  return {
    token: {
      get: (call) =>
        resolved === undefined ? settle().then(({ token }) => token.get(call)) : resolved.token.get(call),
      refresh: async (stale, call) => (await settle()).token.refresh(stale, call),
    },
    async projectId(call) {
      if (options.projectId !== undefined) return options.projectId;
      const { key, projectId = unnamed } = await settle();
      call.signal.throwIfAborted();
      return key?.projectId ?? projectId();
    },
    async signer(call) {
      const { key } = await settle();
      call.signal.throwIfAborted();
      return key;
    },
  };

  function unnamed(): Promise<string> {
    return libraryCredentials({ scopes, universeDomain: options.universeDomain }).projectId();
  }
}

function resolver(
  context: GoogleContext,
  credentials: GoogleCredentials,
  scopes: readonly string[],
): () => Promise<Resolved> {
  const { universeDomain } = context.options;
  const ofKey = (key: ServiceAccountKey): Resolved => ({
    key,
    token: serviceAccountToken(context, key, scopes, universeDomain),
  });
  const ofFile = (file: KeyFile): Resolved =>
    file.kind === 'service-account'
      ? ofKey(file.key)
      : libraryCredentials({ scopes, universeDomain, json: file.json });
  switch (credentials.type) {
    case 'access-token':
      return async () => ({ token: staticToken(credentials.accessToken) });
    case 'service-account': {
      const { clientEmail, privateKeyId, tokenUrl } = credentials;
      const privateKey = writtenOut(credentials.privateKey);
      return async () => ofKey({ clientEmail, privateKey, privateKeyId, tokenUrl });
    }
    case 'key':
      return async () => ofFile(parseKey(credentials.key.reveal(), 'the key'));
    default: {
      const { keyFile } = credentials;
      return keyFile === undefined
        ? async () => libraryCredentials({ scopes, universeDomain })
        : async () => ofFile(await readKeyFile(keyFile));
    }
  }
}

/** Variables of the environment often hold a PEM whose line ends are written as two characters. */
function writtenOut(privateKey: Secret): Secret {
  const text = privateKey.reveal();
  return text.includes('\\n') ? new Secret(text.replaceAll('\\n', '\n')) : privateKey;
}

/**
 * A token for a signed assertion; outside Google's own universe the assertion itself is the token.
 *
 * @see {@link https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests | Google: OAuth 2.0 for service accounts}
 * @see {@link https://google.aip.dev/auth/4111 | AIP-4111: self-signed JWT}
 */
function serviceAccountToken(
  context: GoogleContext,
  { clientEmail, privateKey, privateKeyId, tokenUrl }: ServiceAccountKey,
  scopes: readonly string[],
  universeDomain: string,
): TokenSource {
  const isTraded = universeDomain === defaultUniverse;
  const source = signedJwt(context, {
    privateKey,
    algorithm: 'RS256',
    keyId: privateKeyId,
    issuer: clientEmail,
    lifetimeSeconds: 3_500,
    claims: { scope: scopes.join(' ') },
    ...(isTraded ? { exchange: { tokenUrl } } : { subject: clientEmail }),
  });
  return {
    get: (call) => source.get(call).catch(refusedKey(clientEmail)),
    refresh: (stale, call) => source.refresh(stale, call).catch(refusedKey(clientEmail)),
  };
}

/** What the issuer says of an assertion is about the account's key, not about a login: the table of errors has the remedy. */
function refusedKey(clientEmail: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof VendorError) || error.failure.reason !== 'invalid_grant') throw error;
    const { code: _, ...failure } = error.failure;
    throw new VendorError({ ...failure, says: `no token: Google refuses the key of ${clientEmail}` });
  };
}
