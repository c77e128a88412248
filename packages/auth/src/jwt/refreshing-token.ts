import {
  type Environment,
  loadOptional,
  memoryState,
  type Secret,
  silentLogger,
  systemClock,
} from '@im/core';
import type { AccessToken, AuthStyle, TokenContext, TokenSource } from '@im/http';

/** Settings of {@link createRefreshingToken}. */
export interface RefreshingTokenOptions extends Environment {
  /** Where the pair is renewed. Its host may be asked as it is. */
  readonly tokenUrl: string | URL;
  readonly clientId: string;
  readonly clientSecret?: Secret | undefined;
  readonly authStyle?: AuthStyle | undefined;
  /** The refresh token of the sign-in. Once it was replaced, `state` has the newest. */
  readonly refreshToken: Secret;
}

/** An access token that renews itself; dispose it to wait for a renewal under way. */
export interface RefreshingToken extends AsyncDisposable {
  get(signal?: AbortSignal): Promise<AccessToken>;
  /** Another than `stale`, which was refused. */
  renew(stale: AccessToken, signal?: AbortSignal): Promise<AccessToken>;
}

/**
 * The client's side: gives an access token that is good, and renews it shortly before its end, once for all callers of all processes that share
 * `state`. It is `refreshToken` of `@im/http` for those who have no integration.
 */
export function createRefreshingToken(options: RefreshingTokenOptions): RefreshingToken {
  const { clock = systemClock, random = Math.random, logger = silentLogger, services = [] } = options;
  const closers: (() => void | Promise<void>)[] = [];
  const context: TokenContext = {
    egress: [],
    clock,
    random,
    logger,
    state: options.state ?? memoryState(clock),
    service: <Service>(key: { readonly name: string }) =>
      services.find(({ name }) => name === key.name)?.service as Service | undefined,
    forecast: ({ what, at }) => logger.info(`auth: ${what}`, { at }),
    onClose: (close) => void closers.push(close),
  };
  let source: Promise<TokenSource> | undefined;
  const sourceOf = () => {
    source ??= loadOptional('@im/http', 'renewing a token', () => import('@im/http')).then((http) =>
      http.refreshToken(context, options),
    );
    return source;
  };
  const never = new AbortController().signal;
  return {
    get: async (signal = never) => (await sourceOf()).get({ signal }),
    renew: async (stale, signal = never) => (await sourceOf()).refresh(stale, { signal }),
    [Symbol.asyncDispose]: async () => {
      for (const close of closers.splice(0)) await close();
    },
  };
}
