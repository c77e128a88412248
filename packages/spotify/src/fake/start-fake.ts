/** Starts a fake of Spotify: its accounts service and its Web API on one port. */
import { systemClock } from '@im/core';
import {
  type FakeRequest,
  type FakeResponse,
  type ProviderFake,
  type StartFakeOptions,
  startFakeServer,
} from '@im/testing';
import type { SpotifyOptions } from '../options.ts';
import type { spotify } from '../spotify.ts';
import type { Account, Principal } from './account.ts';
import { createAccounts } from './accounts.ts';
import type { Catalogue } from './catalogue.ts';
import { addPlaylist, type NewPlaylist } from './playlists.ts';
import { createRateLimit } from './rate-limit.ts';
import { refusal } from './requests.ts';
import { libraryRoutes } from './routes/library.ts';
import { musicRoutes } from './routes/music.ts';
import { playerRoutes } from './routes/player.ts';
import { playlistContentRoutes } from './routes/playlist-contents.ts';
import { playlistRoutes } from './routes/playlists.ts';
import { searchRoutes } from './routes/search.ts';
import { speechRoutes } from './routes/speech.ts';
import { toFakeRoutes } from './routes/table.ts';
import { userRoutes } from './routes/users.ts';
import { accountOf, loadCatalogue, type State } from './state.ts';
import { createWorld } from './world.ts';

/** How a fake of Spotify is started. */
export interface StartSpotifyFakeOptions extends StartFakeOptions {
  /** In place of the built-in music; see {@link SpotifyFake.load}. */
  readonly catalogue?: Catalogue | undefined;
  /** A refresh token is replaced whenever it is used, also for apps with a secret. Default false. */
  readonly rotateRefreshTokens?: boolean | undefined;
  /** `false` keeps its traffic out of recordings: for tests that ask what no adapter would ask. Default true. */
  readonly record?: boolean | undefined;
}

/** A running fake of Spotify. */
export interface SpotifyFake extends ProviderFake<typeof spotify> {
  /**
   * Options for this fake, with an app and a user of their own for each tenant.
   *
   * @param flow how calls are authorised; default: as the user, by an app with a secret
   */
  options(tenant?: string, flow?: 'authorization-code' | 'client-credentials' | 'pkce'): SpotifyOptions;
  /** A tenant's app and user, made when first asked for; change its fields to change how the fake behaves. */
  account(tenant?: string): Account;
  /** Puts `catalogue` in place of the music there is. Libraries and players are emptied; tokens stay good. */
  load(catalogue: Catalogue): void;
  /** Adds a playlist of any URIs, local files and things that are gone included. @returns its id */
  addPlaylist(
    playlist: Omit<NewPlaylist, 'ownerId'> & { readonly owner: string; readonly uris: readonly string[] },
  ): string;
  /** Every access token is refused as expired from now on. */
  expireTokens(): void;
  /** The user takes back what was granted: refresh tokens are refused too. */
  revoke(tenant?: string): void;
}

/** Tenant of accounts that are asked for without one; the harness' `samples` are about it. */
export const sampleTenant = 'tenant_a';

/** What the vendor answers to a token that it does not take: RFC 6750 §3. */
const refusals = {
  missing: ['No token provided', 'Bearer realm="spotify"'],
  invalid: [
    'Invalid access token',
    'Bearer realm="spotify", error="invalid_token", error_description="Invalid access token"',
  ],
  expired: [
    'The access token expired',
    'Bearer realm="spotify", error="invalid_token", error_description="The access token expired"',
  ],
} as const;

const faultWords: Readonly<Record<number, string>> = {
  401: 'The access token expired',
  403: 'Forbidden',
  404: 'Resource not found',
  429: 'API rate limit exceeded',
  500: 'Server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
};

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartSpotifyFakeOptions = {}): Promise<SpotifyFake> {
  const clock = options.clock ?? systemClock;
  const accounts = createAccounts(clock, options.seed ?? 1, options.rotateRefreshTokens ?? false);
  const state: State = {
    clock,
    accounts,
    world: createWorld(),
    playlists: new Map(),
    loaded: false,
    furnished: new Set(),
    base: '',
  };
  const limited = createRateLimit(clock);
  const principals = new WeakMap<FakeRequest, Principal>();

  /** The token, then the limit: routes see only requests that passed both. */
  const before = (request: FakeRequest): FakeResponse | undefined => {
    if (!request.path.startsWith('/v1/')) return undefined;
    const principal = accounts.principal(request);
    if (typeof principal === 'string') {
      const [message, challenge] = refusals[principal];
      return { ...refusal(401, message), headers: { 'www-authenticate': challenge } };
    }
    principals.set(request, principal);
    return limited(principal.app);
  };
  const principalOf = (request: FakeRequest): Principal => {
    const principal = principals.get(request);
    if (principal === undefined) throw new Error('the route ran before its token was read');
    return principal;
  };

  const server = await startFakeServer({
    name: 'spotify',
    clock,
    ...(options.record === false ? { record: () => {} } : {}),
    routes: {
      ...toFakeRoutes(
        {
          ...musicRoutes(state),
          ...speechRoutes(state),
          ...playlistRoutes(state),
          ...playlistContentRoutes(state),
          ...libraryRoutes(state),
          ...playerRoutes(state),
          ...searchRoutes(state),
          ...userRoutes(state),
        },
        principalOf,
      ),
      'GET /authorize': (request) => accounts.authorize(request),
      'POST /api/token': (request) => accounts.token(request),
    },
    before,
    faultBody: (status) => refusal(status, faultWords[status] ?? 'Error'),
    expireTokens: accounts.expireTokens,
  });
  state.base = `${server.url}/v1`;
  if (options.catalogue !== undefined) loadCatalogue(state, options.catalogue);

  const flows = {
    'authorization-code': ({ clientSecret, refreshToken }: Account) => ({
      clientSecret,
      auth: { flow: 'authorization-code' as const, refreshToken },
    }),
    'client-credentials': ({ clientSecret }: Account) => ({
      clientSecret,
      auth: { flow: 'client-credentials' as const },
    }),
    pkce: ({ pkceRefreshToken }: Account) => ({
      auth: { flow: 'pkce' as const, refreshToken: pkceRefreshToken },
    }),
  };

  return Object.assign(server, {
    options(tenant = sampleTenant, flow: keyof typeof flows = 'authorization-code'): SpotifyOptions {
      const account = accountOf(state, tenant);
      return {
        clientId: account.clientId,
        ...flows[flow](account),
        market: 'SE',
        baseUrl: `${server.url}/v1/`,
        accountsUrl: `${server.url}/`,
      };
    },
    account: (tenant = sampleTenant) => accountOf(state, tenant),
    load: (catalogue: Catalogue) => loadCatalogue(state, catalogue),
    addPlaylist({ owner, uris, ...playlist }: Parameters<SpotifyFake['addPlaylist']>[0]): string {
      const ownerId = accountOf(state, owner).userId;
      const entries = uris.map((uri) => ({ uri, addedAt: clock.now(), addedBy: ownerId }));
      return addPlaylist(state.playlists, { ...playlist, ownerId }, entries).id;
    },
    expireTokens: accounts.expireTokens,
    revoke: (tenant = sampleTenant) => accounts.revoke(tenant),
  });
}
