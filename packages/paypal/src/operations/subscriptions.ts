import { type Call, idempotent, keyed, read, unsafe } from '@im/core';
import { none } from '@im/http';
import type { Money } from '@im/payments';
import { type Patch, toPatches, toWire, type VendorFields } from '../to-wire.ts';
import { maybe } from '../wire/common.ts';
import {
  wireRevision,
  wireSubscription,
  wireSubscriptionPayment,
  wireSubscriptionPayments,
} from '../wire/subscriptions.ts';
import type { PostalAddress } from './order-input.ts';
import type { PricingScheme } from './plans.ts';
import { type Connection, notesOf, path, settled, whole } from './shared.ts';

/** Where the customer comes back to, and what the page looks like. */
export interface SubscriptionPage extends VendorFields {
  readonly returnUrl: string;
  readonly cancelUrl: string;
  readonly brandName?: string | undefined;
  readonly locale?: string | undefined;
  readonly shippingPreference?: 'GET_FROM_FILE' | 'NO_SHIPPING' | 'SET_PROVIDED_ADDRESS' | undefined;
  readonly userAction?: 'CONTINUE' | 'SUBSCRIBE_NOW' | undefined;
}

/** What one subscription has other than its plan. */
export interface PlanOverride extends VendorFields {
  readonly billingCycles?:
    | readonly {
        readonly sequence: number;
        readonly totalCycles?: number | undefined;
        readonly pricingScheme?: PricingScheme | undefined;
      }[]
    | undefined;
}

/** A subscription to make. */
export interface NewSubscription extends VendorFields {
  readonly planId: string;
  /** Ours, up to 127 characters. */
  readonly customId?: string | undefined;
  readonly quantity?: string | undefined;
  /** Internet date and time. Default: now. */
  readonly startTime?: string | undefined;
  readonly shippingAmount?: Money | undefined;
  readonly subscriber?:
    | (VendorFields & {
        readonly name?: { readonly givenName?: string; readonly surname?: string } | undefined;
        readonly emailAddress?: string | undefined;
        readonly shippingAddress?:
          | { readonly name?: { readonly fullName: string }; readonly address?: PostalAddress }
          | undefined;
      })
    | undefined;
  readonly applicationContext?: SubscriptionPage | undefined;
  readonly plan?: PlanOverride | undefined;
}

/** Another plan or quantity for a subscription. */
export type SubscriptionRevision = Pick<
  NewSubscription,
  'quantity' | 'shippingAmount' | 'applicationContext' | 'plan' | 'vendor'
> & { readonly planId?: string | undefined };

const notes = notesOf('subscriptions/v1');
const nothing = async () => undefined;
const wrongStatus = ['SUBSCRIPTION_STATUS_INVALID'];

export const subscriptionOperations = ({ http }: Connection) => {
  /** Changes the status; being there already is what was asked for. */
  const turn = (id: string, action: 'suspend' | 'cancel' | 'activate', reason: string, call: Call) =>
    settled(
      call,
      wrongStatus,
      () =>
        http.post(path`v1/billing/subscriptions/${id}/${action}`, none, call, {
          json: toWire({ reason }, call.operation),
        }),
      nothing,
    );

  return {
    /** Makes a subscription; the customer agrees at the link `approve`. PayPal remembers the key for 72 hours. */
    createSubscription: keyed(
      (subscription: NewSubscription, call: Call) =>
        http.post('v1/billing/subscriptions', wireSubscription, call, {
          json: toWire(subscription, call.operation),
          headers: whole,
        }),
      notes('subscriptions_create'),
    ),

    /** A subscription. */
    getSubscription: read(
      (id: string, call: Call) => http.get(path`v1/billing/subscriptions/${id}`, wireSubscription, call),
      notes('subscriptions_get'),
    ),

    /** Changes a subscription: its outstanding balance, its address, its own prices. */
    updateSubscription: unsafe(
      (id: string, changes: readonly Patch[], call: Call): Promise<void> =>
        http.patch(path`v1/billing/subscriptions/${id}`, none, call, {
          json: toPatches(changes, call.operation),
        }),
      notes('subscriptions_patch'),
    ),

    /** Moves a subscription to another plan or quantity; the customer has to agree at the link `approve` where there is one. */
    reviseSubscription: unsafe(
      (id: string, revision: SubscriptionRevision, call: Call) =>
        http.post(path`v1/billing/subscriptions/${id}/revise`, wireRevision, call, {
          json: toWire(revision, call.operation),
        }),
      notes('subscriptions_revise'),
    ),

    /** Pauses an active subscription. `reason`: up to 128 characters. */
    suspendSubscription: idempotent(
      (id: string, reason: string, call: Call): Promise<void> => turn(id, 'suspend', reason, call),
      notes('subscriptions_suspend'),
    ),

    /** Ends a subscription for good. */
    cancelSubscription: idempotent(
      (id: string, reason: string, call: Call): Promise<void> => turn(id, 'cancel', reason, call),
      notes('subscriptions_cancel'),
    ),

    /** Goes on with a suspended one. */
    activateSubscription: idempotent(
      (id: string, reason: string, call: Call): Promise<void> => turn(id, 'activate', reason, call),
      notes('subscriptions_activate'),
    ),

    /**
     * Charges what is outstanding, because payments failed.
     *
     * @returns the payment; `undefined` when PayPal has only taken the request on
     */
    captureSubscription: keyed((id: string, amount: Money, note: string, call: Call) => {
      const json = toWire({ amount, note, captureType: 'OUTSTANDING_BALANCE' }, call.operation);
      const place = path`v1/billing/subscriptions/${id}/capture`;
      return http.post(place, maybe(wireSubscriptionPayment), call, { json });
    }, notes('subscriptions_capture')),

    /** All payments of a subscription between two instants, as Internet date and time. PayPal has no pages here. */
    listSubscriptionPayments: read(
      async (id: string, between: { readonly from: string; readonly to: string }, call: Call) => {
        const query = { start_time: between.from, end_time: between.to };
        const place = path`v1/billing/subscriptions/${id}/transactions`;
        return (await http.get(place, wireSubscriptionPayments, call, { query })).transactions;
      },
      notes('subscriptions_transactions'),
    ),
  };
};
