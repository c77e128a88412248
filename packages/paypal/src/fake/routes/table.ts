/** Routes with what comes before them, made into the fake server's own. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Account } from '../account.ts';
import type { Idempotency, KeyRules, Made } from '../idempotency.ts';

/** A route of one account: what it answers at once, or what it makes once for a key. */
export type Route =
  | ((request: FakeRequest, account: Account) => FakeResponse | Promise<FakeResponse>)
  | {
      readonly keys: KeyRules;
      readonly run: (request: FakeRequest, account: Account) => Made;
    };

/** `'GET /v2/checkout/orders/:id'` → route. */
export type RouteTable = Readonly<Record<string, Route>>;

/** `accountOf` is asked after the token was found good. */
export function toFakeRoutes(
  table: RouteTable,
  accountOf: (request: FakeRequest) => Account,
  idempotency: Idempotency,
  prefix: string,
): Record<string, (request: FakeRequest) => FakeResponse | Promise<FakeResponse>> {
  return Object.fromEntries(
    Object.entries(table).map(([key, route]) => [
      key.replace(' ', ` ${prefix}`),
      (request: FakeRequest) => {
        const account = accountOf(request);
        if (typeof route === 'function') return route(request, account);
        return idempotency(request, account, route.keys, () => route.run(request, account));
      },
    ]),
  );
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long each API remembers keys, by its reference. */
export const keys = {
  orders: { ttlMs: ({ settings }: Account) => settings.orderKeyMs },
  moving: { ttlMs: ({ settings }: Account) => settings.orderKeyMs, isSlow: true },
  payments: { ttlMs: () => 45 * dayMs, isSlow: true },
  vault: { ttlMs: () => 3 * hourMs, isStrict: true, isRequired: true },
  billing: { ttlMs: () => 72 * hourMs },
  payouts: { ttlMs: () => 30 * dayMs, isSlow: true },
} as const satisfies Readonly<Record<string, KeyRules>>;
