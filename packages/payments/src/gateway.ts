/** The portable gateway over a driver: checks, records, integrity, aborts and errors; the driver does the I/O. */
import { createPages, type Page, scopedState, systemClock } from '@im/core';
import { checkDriver, hasAbility, needAbility, type PaymentAbility, paymentAbilities } from './abilities.ts';
import { refuseCardData } from './card-guard.ts';
import { checkAction, checkAmount, checkNamed, checkPart, checkReturnUrl } from './checks.ts';
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
import { absorb } from './integrity.ts';
import { type Money, moneyFromJson, subtractMoney } from './money.ts';
import { moveMoney } from './move-money.ts';
import type { Payment } from './payment.ts';
import { reconcile } from './reconcile.ts';
import type { PaymentAction } from './states.ts';

type LooseTarget = string | Payment;
interface LooseCreate {
  readonly reference: string;
  readonly amount: Money;
  readonly method?: string | undefined;
  readonly capture?: 'automatic' | 'manual' | undefined;
  readonly confirm?: boolean | undefined;
  readonly returnUrl?: string | undefined;
  readonly customer?: string | undefined;
  readonly mandate?: 'set_up' | { readonly id: string } | undefined;
  readonly description?: string | undefined;
}
interface LoosePart {
  readonly reference: string;
  readonly amount?: Money | undefined;
  readonly more?: boolean | undefined;
  readonly reason?: string | undefined;
}

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

async function createPayment(
  context: GatewayContext,
  operation: string,
  create: LooseCreate,
  call: GatewayCall | undefined,
): Promise<Payment> {
  const {
    reference,
    amount,
    method,
    capture = 'automatic',
    confirm = true,
    returnUrl,
    customer,
    mandate,
    description,
  } = create;
  const place = placeOf(context, operation, { reference });
  checkNamed(context, create, place);
  checkAmount(context, amount, place);
  checkReturnUrl(returnUrl, place);
  if (capture !== 'automatic') needAbility(context.driver, 'manualCapture', operation);
  if (mandate !== undefined) needAbility(context.driver, 'mandates', operation);
  const asked = { reference, amount, method, capture, confirm, returnUrl, customer, mandate, description };
  return moveMoney(
    context,
    operation,
    {
      wanted: {
        kind: 'create',
        reference,
        asked: JSON.stringify(asked),
        minor: String(amount.minor),
        currency: amount.currency,
      },
      check: async () => {},
      send: (moving) => context.driver.create(asked, moving),
    },
    signalOf(call),
  );
}

async function confirmPayment(
  context: GatewayContext,
  target: LooseTarget,
  confirm: ConfirmPayment,
  call: GatewayCall | undefined,
): Promise<Payment> {
  const { reference, method, returnUrl, returned } = confirm;
  const id = idOf(target);
  const place = placeOf(context, 'confirm', { reference, payment: id });
  checkNamed(context, confirm, place);
  checkReturnUrl(returnUrl, place);
  const asked = { reference, method, returnUrl, returned };
  return moveMoney(
    context,
    'confirm',
    {
      wanted: { kind: 'confirm', reference, payment: id, asked: JSON.stringify([id, asked]) },
      check: async () => void (await allowed(context, 'confirm', id, reference, call)),
      send: (moving) => context.driver.confirm(id, asked, moving),
    },
    signalOf(call),
  );
}

async function voidPayment(
  context: GatewayContext,
  target: LooseTarget,
  named: { readonly reference: string },
  call: GatewayCall | undefined,
): Promise<Payment> {
  const id = idOf(target);
  const { reference } = named;
  checkNamed(context, named, placeOf(context, 'void', { reference, payment: id }));
  return moveMoney(
    context,
    'void',
    {
      wanted: { kind: 'void', reference, payment: id, asked: JSON.stringify([id]) },
      check: async () => void (await allowed(context, 'void', id, reference, call)),
      send: (moving) => context.driver.void(id, reference, moving),
    },
    signalOf(call),
  );
}

/**
 * Captures or refunds a part, or all that is left. What "all" is, is looked up before the first sending; a repetition sends the same amount
 * as the first one, since it stands in the record.
 */
async function movePart(
  context: GatewayContext,
  kind: 'capture' | 'refund',
  target: LooseTarget,
  part: LoosePart,
  call: GatewayCall | undefined,
): Promise<Payment> {
  const { reference, amount, more = false, reason } = part;
  const id = idOf(target);
  const place = placeOf(context, kind, { reference, payment: id });
  checkNamed(context, part, place);
  if (amount !== undefined) {
    checkAmount(context, amount, place);
    needAbility(context.driver, kind === 'capture' ? 'partialCapture' : 'partialRefund', kind);
  }
  if (more) needAbility(context.driver, 'multiCapture', kind);
  const signal = signalOf(call);
  const payment = await retrieve(context, kind, { id }, call);
  const left =
    kind === 'capture'
      ? subtractMoney(payment.amount, payment.captured)
      : subtractMoney(payment.captured, payment.refunded);
  return moveMoney(
    context,
    kind,
    {
      wanted: {
        kind,
        reference,
        payment: id,
        asked: JSON.stringify([id, amount, more, reason]),
        minor: String((amount ?? left).minor),
        currency: (amount ?? left).currency,
      },
      check: async () => {
        checkAction(context, kind, payment, place);
        if (amount !== undefined) checkPart(amount, left, place);
      },
      send: (moving, { minor, currency }) => {
        const recorded = moneyFromJson({ minor, currency });
        return kind === 'capture'
          ? context.driver.capture(id, { reference, amount: recorded, final: !more }, moving)
          : context.driver.refund(id, { reference, amount: recorded, reason }, moving);
      },
    },
    signal,
  );
}

async function allowed(
  context: GatewayContext,
  action: PaymentAction,
  id: string,
  reference: string,
  call: GatewayCall | undefined,
): Promise<void> {
  const payment = await retrieve(context, action, { id }, call);
  checkAction(context, action, payment, placeOf(context, action, { reference, payment: id }));
}

async function retrieve(
  context: GatewayContext,
  operation: string,
  query: PaymentQuery,
  call: GatewayCall | undefined,
): Promise<Payment> {
  const place = placeOf(context, operation, { reference: query.reference, payment: query.id });
  refuseCardData(query, place.driver, operation);
  return run(place, signalOf(call), async (driverCall) => {
    const told = await context.driver.find(query, driverCall);
    if (told !== undefined) return absorb(context, told, place);
    throw paymentError('there is no such payment', place, {
      code: 'not_found',
      remedy: 'use the id or the reference of one of this account',
    });
  });
}

function idOf(target: LooseTarget): string {
  return typeof target === 'string' ? target : target.id;
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
    listMethods: (customer: string, list?: ListOptions) =>
      pagesOf(context, 'listMethods', (cursor, call) => vault.listMethods(customer, cursor, call), list),
    deleteMethod: (id: string, call?: GatewayCall) =>
      run(placeOf(context, 'deleteMethod'), signalOf(call), (driverCall) =>
        vault.deleteMethod(id, driverCall),
      ),
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
