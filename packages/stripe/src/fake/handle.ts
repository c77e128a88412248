/** What every request goes through before and after its route: who asks, idempotency, expansion, headers. */
import type { FakeRequest, FakeResponse, FakeRoutes } from '@im/testing';
import type { Account } from './account.ts';
import { word } from './ids.ts';
import { type Input, readInput } from './input.ts';
import { expanded } from './lists.ts';
import { faultOf, invalid, isBeforeWork, keyInUse, locked, otherRequest } from './refusals.ts';
import type { Route, Routes, Visit } from './routes/route.ts';

/** Hours for which an answer is kept under its key: https://docs.stripe.com/api/idempotent_requests */
const keptSeconds = 24 * 3_600;

/** What the server knows. */
export interface World {
  readonly base: () => string;
  /** The account that a key belongs to, and whether the key is the secret one. */
  keyOf(key: string): { readonly account: Account; readonly isSecret: boolean } | undefined;
  /** An account that is connected to `account`. */
  connectedTo(account: Account, id: string): Account | undefined;
  /** The next request of an account, where a test wants it to fail inside. `works`: it does its work first. */
  crashOf(account: Account): { readonly works: boolean } | undefined;
  /** Whether an account may ask now. */
  mayAsk(account: Account): boolean;
  readonly actionPage: Visit['actionPage'];
  readonly searchLagSeconds: number;
  /** Most items of a page. */
  readonly mostPerPage: number;
}

/** Makes routes of the server of them. */
export function toFakeRoutes(routes: Routes, world: World): FakeRoutes {
  let requests = 0;
  return Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [
      name,
      (request: FakeRequest) => {
        requests += 1;
        return answer(request, route, world, `req_${word(14, 'request', requests)}`);
      },
    ]),
  );
}

function answer(request: FakeRequest, route: Route, world: World, requestId: string): FakeResponse {
  const { headers } = request;
  const key = request.method === 'POST' ? headers['idempotency-key'] : undefined;
  const echoed = {
    'request-id': requestId,
    'stripe-version': headers['stripe-version'] ?? 'none',
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(headers['stripe-account'] !== undefined && { 'stripe-account': headers['stripe-account'] }),
  };
  const made = settled(() => perform(request, route, world, requestId, key));
  return { ...made, headers: { ...echoed, ...made.headers } };
}

function perform(
  request: FakeRequest,
  [permission, run]: Route,
  world: World,
  requestId: string,
  key: string | undefined,
): FakeResponse {
  const account = accountOf(request, permission, world);
  account.settle();
  if (!world.mayAsk(account)) throw faultOf(429);
  const isForm = request.method === 'POST';
  const input = readInput(isForm ? request.form() : inPages(request.query, world.mostPerPage));
  const signature = JSON.stringify([request.method, request.path, input.given]);
  if (key !== undefined) {
    const known = recall(account, key, signature);
    if (known !== undefined) return known;
  }
  const id = request.params.id ?? '';
  if (isForm && account.held.has(id)) throw locked();
  const visit: Visit = {
    account,
    input,
    id,
    path: request.path,
    base: world.base(),
    actionPage: world.actionPage,
    isIndexed: ({ created }) => created + world.searchLagSeconds <= account.now,
  };
  const crash = world.crashOf(account);
  account.request = { id: requestId, idempotency_key: key ?? null };
  const made = settled(() => (crash === undefined || crash.works ? work(visit, run, input) : {}));
  account.request = null;
  const told = crash === undefined ? made : { ...faultOf(500), headers: { 'stripe-should-retry': 'false' } };
  if (key !== undefined && !isBeforeWork(made))
    account.remembered.set(key, { request: signature, requestId, answer: told, at: account.now });
  return told;
}

/** The query, with the limit of a page cut down. */
function inPages(query: URLSearchParams, most: number): URLSearchParams {
  if (Number(query.get('limit') ?? 0) <= most) return query;
  const cut = new URLSearchParams(query);
  cut.set('limit', String(most));
  return cut;
}

function work(visit: Visit, run: Route[1], input: Input): FakeResponse {
  const paths = input.texts('expand');
  return { json: expanded(visit.account, run(visit), paths) };
}

/** What was answered before under the key. @throws an answer of 400 or 409 */
function recall(account: Account, key: string, signature: string): FakeResponse | undefined {
  if (key.length > 255) throw invalid('Idempotency keys are at most 255 characters.', {});
  if (account.held.has(key)) throw keyInUse(key);
  const known = account.remembered.get(key);
  if (known === undefined || known.at + keptSeconds <= account.now) return undefined;
  if (known.request !== signature) throw otherRequest(key);
  const headers = {
    ...known.answer.headers,
    'idempotent-replayed': 'true',
    'original-request': known.requestId,
  };
  return { ...known.answer, headers };
}

/** What a route threw is an answer too, unless the route is broken. */
function settled(run: () => FakeResponse): FakeResponse {
  try {
    return run();
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'status' in thrown && 'json' in thrown)
      return thrown as FakeResponse;
    throw thrown;
  }
}

/** Whoever may write may read. */
function may({ permissions }: Account, permission: string): boolean {
  if (permissions === undefined) return true;
  return permissions.includes(permission) || permissions.includes(permission.replace(': read', ': write'));
}

function accountOf(request: FakeRequest, permission: string, world: World): Account {
  const { authorization = '', 'stripe-account': connected } = request.headers;
  const key = authorization.replace(/^Bearer /, '');
  const known = world.keyOf(key);
  if (known === undefined)
    throw invalid(
      key === ''
        ? 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. ‘Authorization: Bearer YOUR_SECRET_KEY’).'
        : `Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(20)}${key.slice(-4)}`,
      {},
      401,
    );
  const { account, isSecret } = known;
  if (!isSecret && !(request.method === 'POST' && request.path === '/v1/payment_methods'))
    throw invalid(
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
      { code: 'secret_key_required' },
      403,
    );
  if (isSecret && !may(account, permission))
    throw invalid(
      `The provided key '${key.slice(0, 8)}*********************${key.slice(-6)}' does not have the required permissions for this endpoint on account '${account.id}'. Having the '${permission}' permission would allow this request to continue.`,
      {},
      403,
    );
  if (connected === undefined || connected === account.id) return account;
  const other = world.connectedTo(account, connected);
  if (other !== undefined) return other;
  throw invalid(
    `The provided key '${key.slice(0, 8)}*********************${key.slice(-6)}' does not have access to account '${connected}' (or that account does not exist). Application access may have been revoked.`,
    { code: 'account_invalid' },
    403,
  );
}
