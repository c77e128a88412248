/** The portable gateway over a driver: checks, records, integrity, aborts and errors; the driver does the I/O. */
import { createPages, type Page, scopedState, systemClock } from '@im/core';
import { checkDriver, hasAbility, type PaymentAbility, paymentAbilities } from './abilities.ts';
import { refuseCardData } from './card-guard.ts';
import { checkNamed } from './checks.ts';
import { type GatewayContext, placeOf, run, signalOf } from './context.ts';
import type { DriverCall, DriverVault, DriverWebhooks, PaymentDriver, PaymentQuery } from './driver.ts';
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
  const { vault, disputes, payouts, webhooks } = driver;
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
    unmappedDeclines: () => Object.fromEntries(context.unmapped),
    native: () => native(context),
    ...(hasAbility(driver, 'manualCapture') && {
      authorize: (create: LooseCreate, call?: GatewayCall) =>
        createPayment(context, 'authorize', { ...create, capture: 'manual' }, call),
      capture: (target: LooseTarget, capture: LoosePart, call?: GatewayCall) =>
        movePart(context, 'capture', target, capture, call),
    }),
    ...(vault && vaultOf(context, vault)),
    ...(disputes && { disputes: (list?: ListOptions) => pagesOf(context, 'disputes', disputes, list) }),
    ...(payouts && { payouts: (list?: ListOptions) => pagesOf(context, 'payouts', payouts, list) }),
    ...(webhooks && {
      inbox: (inbox: InboxOptions) => createInbox(context, webhooks as DriverWebhooks, inbox),
    }),
  };
  // The members follow the abilities at run time as they do in the type; the compiler cannot see that they agree.
  return gateway as unknown as PaymentGateway<Abilities | Needs, Native>;
}

function vaultOf(context: GatewayContext, vault: DriverVault) {
  return {
    createCustomer: (
      customer: { readonly reference: string; readonly email?: string | undefined },
      call?: GatewayCall,
    ) => {
      const place = placeOf(context, 'createCustomer', { reference: customer.reference });
      checkNamed(context, customer, place);
      // The reference is the key: the same customer is never made twice, and no money moves.
      const idempotencyKey = `customer-${customer.reference}`;
      return run(place, signalOf(call), (driverCall) =>
        vault.createCustomer(customer, { ...driverCall, idempotencyKey }),
      );
    },
    listMethods: (customer: string, list?: ListOptions) => {
      refuseCardData(customer, context.driver.name, 'listMethods');
      return pagesOf(
        context,
        'listMethods',
        (cursor, call) => vault.listMethods(customer, cursor, call),
        list,
      );
    },
    deleteMethod: async (id: string, call?: GatewayCall) => {
      refuseCardData(id, context.driver.name, 'deleteMethod');
      return run(placeOf(context, 'deleteMethod'), signalOf(call), (driverCall) =>
        vault.deleteMethod(id, driverCall),
      );
    },
  };
}

function pagesOf<Item>(
  context: GatewayContext,
  operation: string,
  fetch: (cursor: string | undefined, call: DriverCall) => Promise<Page<Item>>,
  list: ListOptions = {},
) {
  const names = { provider: context.driver.name, operation };
  return createPages<Item>(
    (cursor) => run(placeOf(context, operation), signalOf(list), (call) => fetch(cursor, call)),
    list,
    names,
  );
}

function native(context: GatewayContext): unknown {
  if (context.driver.native !== undefined) return context.driver.native();
  throw paymentError('there is no client of a vendor below this gateway', placeOf(context, 'native'), {
    code: 'unimplemented',
    remedy: 'use the gateway itself',
  });
}
