/** Over several processors: which one, and which next. */
import type { Clock, StateStore } from '@im/core';
import type { Currency } from '../currencies.ts';
import type { DeclineCategory } from '../declines.ts';
import type { CreatePayment, GatewayCall } from '../gateway.types.ts';
import type { Payment } from '../payment.ts';

/** What a router needs of a gateway; every `PaymentGateway` has it. */
export interface RoutedGateway {
  readonly name: string;
  create(create: CreatePayment<never>, call?: GatewayCall): Promise<Payment>;
  abandon(reference: string, call?: GatewayCall): Promise<boolean>;
  retrieve(query: { readonly reference: string }, call?: GatewayCall): Promise<Payment>;
}

/** What a gateway takes for a payment. */
export interface RouteCost {
  /** Of the amount, in basis points: 290n is 2.9 %. */
  readonly basisPoints: bigint;
  /** On top, in minor units of the payment's currency. Default: nothing. */
  readonly fixedMinor?: Partial<Readonly<Record<Currency, bigint>>> | undefined;
}

/** One rule. The first that matches, and has a gateway that can be used, decides. */
export interface RouteRule {
  /** For people. */
  readonly name: string;
  /** All of them must hold. Default: always. */
  readonly when?:
    | {
        readonly currencies?: readonly Currency[] | undefined;
        readonly minMinor?: bigint | undefined;
        readonly maxMinor?: bigint | undefined;
        /** Values of `create.attributes`: `{ country: ['DE', 'AT'] }`. */
        readonly attributes?: Readonly<Record<string, readonly string[]>> | undefined;
      }
    | undefined;
  /** Gateways in order; or shares of the payments, `{ stripe: 3, adyen: 1 }`; or the cheapest by `costs`. */
  readonly to:
    | readonly string[]
    | { readonly weights: Readonly<Record<string, number>> }
    | { readonly cheapest: readonly string[] };
}

/** Settings of a router. */
export interface PaymentRouterOptions {
  /** Names must differ, and be the same in every process. */
  readonly gateways: readonly RoutedGateway[];
  readonly rules: readonly RouteRule[];
  readonly costs?: Readonly<Record<string, RouteCost>> | undefined;
  /** Where routes are written down: the same state for every process. */
  readonly state: StateStore;
  /** Declines after which another gateway is tried; the first has charged nothing. Default: none. */
  readonly afterDeclines?: readonly DeclineCategory[] | undefined;
  /** A gateway that failed so often in a row (default 3) is asked last for `restMs` (default 30,000). */
  readonly health?:
    | { readonly failures?: number | undefined; readonly restMs?: number | undefined }
    | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** What to charge, wherever. */
export interface RoutedCreate extends Omit<CreatePayment<never>, 'method'> {
  /** A token of each gateway's own form, by its name: only these gateways are asked. */
  readonly methods: Readonly<Record<string, string>>;
  /** What rules look at: `{ country: 'DE' }`. Goes nowhere. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** Where a payment went. */
export interface RoutedPayment {
  readonly gateway: string;
  readonly payment: Payment;
}

/** Why a payment would go where. */
export interface RoutePlan {
  /** Name of the rule. Absent: none matched. */
  readonly rule: string | undefined;
  /** In the order in which they would be asked. */
  readonly gateways: readonly string[];
}

/** Charges over several gateways. */
export interface PaymentRouter {
  /**
   * Charges at one gateway. The next one is asked only after the one before is known not to have charged: its error has `effect: 'none'` and
   * passes by itself, or it declined for one of `afterDeclines`. An unknown outcome stays where it is; so does the reference.
   */
  create(create: RoutedCreate, call?: GatewayCall): Promise<RoutedPayment>;
  /** @throws {@link IntegrationError} `not_found` for a reference that was never routed */
  retrieve(reference: string, call?: GatewayCall): Promise<RoutedPayment>;
  /** What `create` would do, without doing it. */
  explain(create: RoutedCreate): RoutePlan;
}
