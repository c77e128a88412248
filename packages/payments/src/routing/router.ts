/**
 * Charges over several gateways, never at two of them. The route of a reference is written down before anything is sent: which gateway has it
 * now, and which were tried before and are known not to have charged. Before the next is asked, the reference is given up at the one before, so that
 * nobody who read the route earlier can still charge there. Whoever asks again, wherever, goes on from there.
 */
import { IntegrationError, isIntegrationError, type StateStore, scopedState, systemClock } from '@im/core';
import type { GatewayCall } from '../gateway.types.ts';
import type { Payment } from '../payment.ts';
import { planRoute } from './plan.ts';
import type {
  PaymentRouter,
  PaymentRouterOptions,
  RoutedCreate,
  RoutedGateway,
  RoutedPayment,
} from './routing.types.ts';

interface Route {
  readonly now: string;
  /** Known not to have charged. */
  readonly tried: readonly string[];
}

const defaults = { failures: 3, restMs: 30_000 };

/**
 * Makes a router.
 *
 * @throws {@link IntegrationError} `invalid_argument` when two gateways share a name, or a rule names one that there is not
 */
export function createPaymentRouter(options: PaymentRouterOptions): PaymentRouter {
  const { clock = systemClock, afterDeclines = [], rules } = options;
  const gateways = gatewaysByName(options);
  const state = scopedState(options.state, 'payment-routes');
  const failures = new Map<string, { readonly inARow: number; readonly at: number }>();
  const { failures: mostFailures = defaults.failures, restMs = defaults.restMs } = options.health ?? {};

  const isUnwell = (name: string) => {
    const health = failures.get(name);
    return health !== undefined && health.inARow >= mostFailures && clock.now() - health.at < restMs;
  };
  const note = (name: string, failed: boolean) => {
    if (failed) failures.set(name, { inARow: (failures.get(name)?.inARow ?? 0) + 1, at: clock.now() });
    else failures.delete(name);
  };
  const gatewayOf = (name: string): RoutedGateway => {
    const gateway = gateways.get(name);
    if (gateway !== undefined) return gateway;
    throw refusal(
      `the route names gateway "${name}", which is not here`,
      'failed_precondition',
      'add it again',
    );
  };
  const plan = (create: RoutedCreate) => planRoute({ rules, costs: options.costs }, create, isUnwell);

  /** One gateway's turn. An `undefined` payment: it has surely not charged, and `reason` says why. */
  const ask = async (
    name: string,
    { methods, attributes: _, ...create }: RoutedCreate,
    call?: GatewayCall,
  ) => {
    try {
      const payment = await gatewayOf(name).create({ ...create, method: methods[name] }, call);
      note(name, false);
      return {
        payment,
        wasGivenUp: false,
        mayGoOn: payment.status === 'failed' && isAmong(payment, afterDeclines),
      };
    } catch (error) {
      if (call?.signal?.aborted) throw error;
      if (isIntegrationError(error) && error.reason === 'abandoned')
        return { error, wasGivenUp: true, mayGoOn: true };
      const passes = isIntegrationError(error) && error.retryable;
      note(name, passes);
      if (!passes || error.effect !== 'none') throw error;
      return { error, wasGivenUp: false, mayGoOn: true };
    }
  };

  return {
    explain: plan,
    async create(create, call) {
      const { gateways: order } = plan(create);
      let { route, version } = await begin(state, create.reference, order);
      for (;;) {
        const { payment, error, mayGoOn, wasGivenUp } = await ask(route.now, create, call);
        if (wasGivenUp) {
          const later = await readRoute(state, create.reference);
          if (later !== undefined && later.route.now !== route.now) {
            ({ route, version } = later);
            continue;
          }
        }
        const tried: readonly string[] = [...route.tried, route.now];
        const next = mayGoOn ? order.find((name) => !tried.includes(name)) : undefined;
        // A declined payment was made, and is never made again: there is nothing to give up.
        const isFree =
          next !== undefined &&
          (payment !== undefined || (await gatewayOf(route.now).abandon(create.reference, call)));
        if (next !== undefined && isFree)
          ({ route, version } = await writeRoute(state, create.reference, { now: next, tried }, version));
        else if (payment !== undefined) return { gateway: route.now, payment };
        else throw error;
      }
    },
    async retrieve(reference, call): Promise<RoutedPayment> {
      const stored = await readRoute(state, reference);
      if (stored === undefined)
        throw refusal('this reference was never routed', 'not_found', 'ask for one that was');
      const { now } = stored.route;
      return { gateway: now, payment: await gatewayOf(now).retrieve({ reference }, call) };
    },
  };
}

interface StoredRoute {
  readonly route: Route;
  readonly version: string;
}

async function readRoute(state: StateStore, reference: string): Promise<StoredRoute | undefined> {
  const stored = await state.get(reference);
  return stored && { route: JSON.parse(stored.value) as Route, version: stored.version };
}

/** The route that there is, or a new one to the first gateway. */
async function begin(state: StateStore, reference: string, order: readonly string[]): Promise<StoredRoute> {
  const known = await readRoute(state, reference);
  if (known !== undefined) return known;
  const [now] = order;
  if (now !== undefined) return writeRoute(state, reference, { now, tried: [] }, undefined);
  throw refusal('no rule leads to a gateway with a token', 'failed_precondition', 'add a rule, or a token');
}

/** Of two who write at once one wins, and the other goes the way of the first. */
async function writeRoute(
  state: StateStore,
  reference: string,
  route: Route,
  version: string | undefined,
): Promise<StoredRoute> {
  const written = await state.compareAndSet(reference, version, JSON.stringify(route));
  if (written !== undefined) return { route, version: written };
  const other = await readRoute(state, reference);
  if (other !== undefined) return other;
  throw refusal('the route was deleted while it was used', 'unavailable', 'call again');
}

function isAmong({ decline }: Payment, categories: readonly string[]): boolean {
  return decline !== undefined && categories.includes(decline.category);
}

function gatewaysByName({ gateways, rules }: PaymentRouterOptions): ReadonlyMap<string, RoutedGateway> {
  const byName = new Map(gateways.map((gateway) => [gateway.name, gateway]));
  if (byName.size !== gateways.length)
    throw refusal('two gateways share a name', 'invalid_argument', 'name each');
  const named = rules.flatMap(({ to }) =>
    'weights' in to ? Object.keys(to.weights) : 'cheapest' in to ? to.cheapest : to,
  );
  const stranger = named.find((name) => !byName.has(name));
  if (stranger !== undefined)
    throw refusal(
      `a rule names "${stranger}", which is no gateway here`,
      'invalid_argument',
      'name one of them',
    );
  return byName;
}

function refusal(
  says: string,
  code: 'failed_precondition' | 'invalid_argument' | 'not_found' | 'unavailable',
  remedy: string,
) {
  return new IntegrationError(says, { code, provider: 'payments', operation: 'route', remedy });
}
