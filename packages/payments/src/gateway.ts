/** The portable gateway over a driver: checks, records, integrity, aborts and errors; the driver does the I/O. */
import { scopedState, systemClock } from '@im/core';
import { checkDriver, hasAbility, type PaymentAbility, paymentAbilities } from './abilities.ts';
import { type GatewayContext, placeOf, run, signalOf } from './context.ts';
import type { DriverWebhooks, PaymentDriver, PaymentQuery, Payout, TimeRange } from './driver.ts';
import { paymentError } from './errors.ts';
import type {
  ConfirmPayment,
  GatewayCall,
  ListOptions,
  PaymentGateway,
  PaymentGatewayOptions,
} from './gateway.types.ts';
import { createInbox, type InboxOptions } from './inbox.ts';
import { abandonRecord } from './journal.ts';
import { listsOf } from './lists.ts';
import {
  confirmPayment,
  createPayment,
  type LooseCreate,
  type LoosePart,
  type LooseTarget,
  movePart,
  retrieve,
  voidPayment,
} from './operations.ts';
import { reconcile } from './reconcile.ts';
import { recordedPayments } from './recorded.ts';
import { reportPayments } from './reports/payments-report.ts';
import { reportSettlement } from './reports/settlement-report.ts';

/**
 * Makes the gateway over a driver.
 *
 * @throws {@link IntegrationError} `unimplemented` when the driver lacks an ability of `needs`, or anything by which it could be kept from moving
 * money twice
 */
export function createPaymentGateway<
  Abilities extends PaymentAbility,
  Native,
  Needs extends PaymentAbility = never,
>(
  driver: PaymentDriver<Abilities, Native>,
  options: PaymentGatewayOptions<Needs>,
): PaymentGateway<Abilities | Needs, Native> {
  checkDriver(driver, options.needs ?? []);
  const name = options.name ?? driver.name;
  const context: GatewayContext = {
    driver,
    name,
    state: scopedState(options.state, 'payments', name),
    clock: options.clock ?? systemClock,
    settleMs: Math.max(options.settleMs ?? 0, driver.facts.settleMs),
    onAlert: options.onAlert,
    unmapped: new Map(),
  };
  const { webhooks } = driver;
  const gateway = {
    name,
    abilities: (Object.keys(paymentAbilities) as PaymentAbility[]).filter((each) => hasAbility(driver, each)),
    facts: driver.facts,
    create: (create: LooseCreate, call?: GatewayCall) => createPayment(context, 'create', create, call),
    confirm: (target: LooseTarget, confirm: ConfirmPayment, call?: GatewayCall) =>
      confirmPayment(context, target, confirm, call),
    void: (target: LooseTarget, named: { readonly reference: string }, call?: GatewayCall) =>
      voidPayment(context, target, named, call),
    refund: (target: LooseTarget, refund: LoosePart, call?: GatewayCall) =>
      movePart(context, 'refund', target, refund, call),
    retrieve: (query: PaymentQuery, call?: GatewayCall) => retrieve(context, 'retrieve', query, call),
    reconcile: (call?: GatewayCall) => reconcile(context, signalOf(call)),
    abandon: (reference: string, call?: GatewayCall) =>
      run(placeOf(context, 'abandon', { reference }), signalOf(call), () =>
        abandonRecord(context, 'create', reference),
      ),
    recorded: (range: TimeRange, list?: ListOptions) => recordedPayments(context, range, list),
    report: (range: TimeRange, call?: GatewayCall) => reportPayments(context, range, call),
    unmappedDeclines: () => Object.fromEntries(context.unmapped),
    native: () => native(context),
    ...(hasAbility(driver, 'manualCapture') && {
      authorize: (create: LooseCreate, call?: GatewayCall) =>
        createPayment(context, 'authorize', { ...create, capture: 'manual' }, call),
      capture: (target: LooseTarget, capture: LoosePart, call?: GatewayCall) =>
        movePart(context, 'capture', target, capture, call),
    }),
    ...listsOf(context),
    ...(hasAbility(driver, 'settlements') && {
      settlementReport: (payout: Payout, call?: GatewayCall) => reportSettlement(context, payout, call),
    }),
    ...(webhooks && {
      inbox: (inbox: InboxOptions) => createInbox(context, webhooks as DriverWebhooks, inbox),
    }),
  };
  // The members follow the abilities at run time as they do in the type; the compiler cannot see that they agree.
  return gateway as unknown as PaymentGateway<Abilities | Needs, Native>;
}

function native(context: GatewayContext): unknown {
  if (context.driver.native !== undefined) return context.driver.native();
  throw paymentError('there is no client of a vendor below this gateway', placeOf(context, 'native'), {
    code: 'unimplemented',
    remedy: 'use the gateway itself',
  });
}
