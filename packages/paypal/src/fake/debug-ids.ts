/** Every answer of PayPal's has an id to quote to its support: https://developer.paypal.com/api/rest/responses/#http-response-headers */
import type { FakeRequest, FakeResponse, FakeRoutes } from '@im/testing';

let debugIds = 0;

/** The answer with an id. */
export function withDebugId(answer: FakeResponse): FakeResponse {
  debugIds += 1;
  return {
    ...answer,
    headers: { 'paypal-debug-id': `f${debugIds.toString(16).padStart(12, '0')}`, ...answer.headers },
  };
}

/** Routes that answer with ids, also in what they throw. */
export function withDebugIds(routes: FakeRoutes): FakeRoutes {
  return Object.fromEntries(
    Object.entries(routes).map(([key, route]) => [
      key,
      async (request: FakeRequest) => {
        try {
          return withDebugId(await route(request));
        } catch (thrown) {
          throw thrown instanceof Error ? thrown : withDebugId(thrown as FakeResponse);
        }
      },
    ]),
  );
}
