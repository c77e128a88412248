import { type Call, idempotent, keyed, pages, read, unsafe } from '@im/core';
import { none } from '@im/http';
import type { Money } from '@im/payments';
import { type Replacement, toPatches, toWire, type VendorFields } from '../to-wire.ts';
import { wirePlan, wirePlans } from '../wire/subscriptions.ts';
import { type Connection, notesOf, numberedPage, pageNumber, path, settled, whole } from './shared.ts';

/** A price: fixed, or by quantity. */
export interface PricingScheme extends VendorFields {
  readonly fixedPrice?: Money | undefined;
  readonly pricingModel?: 'VOLUME' | 'TIERED' | undefined;
  readonly tiers?:
    | readonly {
        readonly startingQuantity: string;
        readonly endingQuantity?: string | undefined;
        readonly amount: Money;
      }[]
    | undefined;
}

/** A stretch of a plan: up to two trials, then the regular one. */
export interface BillingCycle extends VendorFields {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly tenureType: 'TRIAL' | 'REGULAR';
  readonly frequency: {
    readonly intervalUnit: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
    readonly intervalCount?: number | undefined;
  };
  /** 0: until it is cancelled. */
  readonly totalCycles?: number | undefined;
  /** Absent: free, for trials. */
  readonly pricingScheme?: PricingScheme | undefined;
}

/** A plan to make. */
export interface NewPlan extends VendorFields {
  readonly productId: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** Default `ACTIVE`. */
  readonly status?: 'CREATED' | 'ACTIVE' | undefined;
  readonly billingCycles: readonly BillingCycle[];
  readonly paymentPreferences: VendorFields & {
    readonly autoBillOutstanding?: boolean | undefined;
    readonly setupFee?: Money | undefined;
    readonly setupFeeFailureAction?: 'CONTINUE' | 'CANCEL' | undefined;
    /** Failed payments after which it is suspended; 0: never. */
    readonly paymentFailureThreshold?: number | undefined;
  };
  readonly taxes?: { readonly percentage: string; readonly inclusive?: boolean } | undefined;
  readonly quantitySupported?: boolean | undefined;
}

/** A new price of one cycle. */
export interface NewPrice {
  readonly billingCycleSequence: number;
  readonly pricingScheme: PricingScheme;
}

const notes = notesOf('subscriptions/v1');
const sizes = { usual: 10, most: 20 };
const nothing = async () => undefined;

export const planOperations = ({ http }: Connection) => ({
  /** Makes a plan. PayPal remembers the key for 72 hours. */
  createPlan: keyed(
    (plan: NewPlan, call: Call) =>
      http.post('v1/billing/plans', wirePlan, call, { json: toWire(plan, call.operation), headers: whole }),
    notes('plans_create'),
  ),

  /** All plans, or those of one product. */
  listPlans: pages(
    read(async (filter: { readonly productId?: string | undefined } | undefined, call: Call) => {
      const at = pageNumber(call, sizes);
      const query = { product_id: filter?.productId, ...at, total_required: true };
      const { plans, ...totals } = await http.get('v1/billing/plans', wirePlans, call, {
        query,
        headers: whole,
      });
      return numberedPage(plans, at, totals);
    }, notes('plans_list')),
  ),

  /** A plan. */
  getPlan: read(
    (id: string, call: Call) => http.get(path`v1/billing/plans/${id}`, wirePlan, call),
    notes('plans_get'),
  ),

  /** Replaces fields of a plan: its description, its payment preferences, its taxes. */
  updatePlan: idempotent(
    (id: string, changes: readonly Replacement[], call: Call): Promise<void> =>
      http.patch(path`v1/billing/plans/${id}`, none, call, { json: toPatches(changes, call.operation) }),
    notes('plans_patch'),
  ),

  /** Lets customers subscribe to the plan. */
  activatePlan: idempotent(
    (id: string, call: Call): Promise<void> =>
      settled(
        call,
        ['PLAN_STATUS_INVALID'],
        () => http.post(path`v1/billing/plans/${id}/activate`, none, call),
        nothing,
      ),
    notes('plans_activate'),
  ),

  /** Lets nobody subscribe any more; subscriptions that are there go on. */
  deactivatePlan: idempotent(
    (id: string, call: Call): Promise<void> =>
      settled(
        call,
        ['PLAN_STATUS_INVALID'],
        () => http.post(path`v1/billing/plans/${id}/deactivate`, none, call),
        nothing,
      ),
    notes('plans_deactivate'),
  ),

  /** New prices of a plan, for its subscriptions too from ten days before their next billing. Each call makes a new version. */
  updatePlanPrices: unsafe((id: string, prices: readonly NewPrice[], call: Call): Promise<void> => {
    const json = toWire({ pricingSchemes: prices }, call.operation);
    return http.post(path`v1/billing/plans/${id}/update-pricing-schemes`, none, call, { json });
  }, notes('plans_update-pricing-schemes')),
});
