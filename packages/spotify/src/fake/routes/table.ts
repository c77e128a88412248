/** Routes with what they need of a token, made into the fake server's own. */
import type { FakeRequest, FakeRoutes } from '@im/testing';
import type { Principal } from '../account.ts';
import { refusal } from '../requests.ts';
import type { Handler } from '../state.ts';

/** One route below `/v1`. */
export interface Route {
  readonly run: Handler;
  /** Scopes the user must have granted; one of each inner list is enough. */
  readonly scopes?: readonly (string | readonly string[])[] | undefined;
  /** Scopes count for users only; an app without one may call it too. */
  readonly optionalUser?: boolean | undefined;
}

/** `'GET /albums/:id'` → route. */
export type RouteTable = Readonly<Record<string, Route>>;

/** Puts the check of scopes before every route. `principalOf` is asked after the token was found good. */
export function toFakeRoutes(
  table: RouteTable,
  principalOf: (request: FakeRequest) => Principal,
): FakeRoutes {
  return Object.fromEntries(
    Object.entries(table).map(([key, { run, scopes = [], optionalUser = false }]) => [
      key.replace(' /', ' /v1/'),
      (request: FakeRequest) => {
        const principal = principalOf(request);
        const exempt = optionalUser && principal.user === undefined;
        const granted = (scope: string | readonly string[]) =>
          [scope].flat().some((name) => principal.scopes.has(name));
        if (!exempt && scopes.length > 0 && principal.user === undefined)
          return refusal(401, 'Valid user authentication required');
        if (!exempt && !scopes.every(granted)) return refusal(403, 'Insufficient client scope');
        return run(request, principal);
      },
    ]),
  );
}
