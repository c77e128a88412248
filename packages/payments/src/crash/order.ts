/** What a shop does with one order. Each step has a reference of its own, so that the whole can be begun again at any time. */
import type { PaymentAbility } from '../abilities.ts';
import type { PaymentGateway } from '../gateway.types.ts';
import { type Money, money } from '../money.ts';
import type { Payment } from '../payment.ts';
import type { Booked, CrashHarness } from './crash.types.ts';

/** What the shop has beside its gateway. */
export interface OrderTools {
  readonly gateway: PaymentGateway<PaymentAbility>;
  readonly tokens: { readonly succeeds: string; readonly threeDSecure?: string | undefined };
  /** Absent: no step waits for the customer. */
  readonly finish: ((payment: string) => Promise<Readonly<Record<string, string>>>) | undefined;
  /** Says which step begins. */
  readonly step: (name: string) => void;
}

const eur = (minor: bigint): Money => money(minor, 'EUR');
const amount = eur(10_000n);
const returnUrl = 'https://shop.test/return';
const references = (order: string) => ({
  paid: order,
  first: `${order}-1st`,
  second: `${order}-2nd`,
  back: `${order}-back`,
  held: `${order}-held`,
  void: `${order}-void`,
  stepped: `${order}-3ds`,
  stepReturn: `${order}-done`,
});

/** Serves the order from wherever it was left: charges, captures in parts, refunds a part, voids another, takes one through the customer's step. */
export async function serveOrder(
  { gateway, tokens, finish, step }: OrderTools,
  order: string,
): Promise<void> {
  const names = references(order);
  const has = (ability: PaymentAbility) => gateway.abilities.includes(ability);
  const method = tokens.succeeds;
  if (has('manualCapture')) {
    step('authorize');
    const { id } = await gateway.authorize({ reference: names.paid, amount, method, returnUrl });
    step('capture');
    if (has('multiCapture')) {
      await gateway.capture(id, { reference: names.first, amount: eur(6_000n), more: true });
      await gateway.capture(id, { reference: names.second, amount: eur(3_000n) });
    } else if (has('partialCapture'))
      await gateway.capture(id, { reference: names.first, amount: eur(9_000n) });
    else await gateway.capture(id, { reference: names.first });
  } else {
    step('create');
    await gateway.create({ reference: names.paid, amount, method, returnUrl });
  }
  step('refund');
  const { id } = await gateway.retrieve({ reference: names.paid });
  await gateway.refund(id, { reference: names.back, ...(has('partialRefund') && { amount: eur(2_500n) }) });
  if (has('manualCapture')) {
    step('authorize');
    const held = await gateway.authorize({ reference: names.held, amount, method, returnUrl });
    step('void');
    await gateway.void(held.id, { reference: names.void });
  }
  if (tokens.threeDSecure === undefined || finish === undefined) return;
  step('create');
  const begun = await gateway.create({
    reference: names.stepped,
    amount,
    method: tokens.threeDSecure,
    returnUrl,
  });
  step('confirm');
  const returned = await finish(begun.id);
  await gateway.confirm(begun.id, { reference: names.stepReturn, returned });
}

/** What must stand in both books afterwards. */
export function expectedBooks(
  { abilities }: Pick<CrashHarness, 'abilities'>,
  hasSteps: boolean,
  order: string,
): readonly Booked[] {
  const names = references(order);
  const isPartial = abilities.multiCapture ?? abilities.partialCapture ?? false;
  const captured = abilities.manualCapture && isPartial ? eur(9_000n) : amount;
  const isWhole = !abilities.partialRefund;
  const none = eur(0n);
  const booked = (reference: string, more: Partial<Booked>): Booked => ({
    reference,
    amount,
    captured: none,
    refunded: none,
    captures: 0,
    refunds: 0,
    ...more,
  });
  return [
    booked(names.paid, {
      status: isWhole ? 'refunded' : 'partially_refunded',
      captured,
      refunded: isWhole ? captured : eur(2_500n),
      captures: abilities.manualCapture && abilities.multiCapture ? 2 : 1,
      refunds: 1,
    }),
    ...(abilities.manualCapture ? [booked(names.held, { status: 'voided' })] : []),
    ...(hasSteps ? [booked(names.stepped, { status: 'captured', captured: amount, captures: 1 })] : []),
  ];
}

/** What our side has of an order: as its gateway retrieves it. */
export async function ourBooks(
  gateway: PaymentGateway<PaymentAbility>,
  expected: readonly string[],
): Promise<readonly Booked[]> {
  const payments = await Promise.all(expected.map((reference) => gateway.retrieve({ reference })));
  return payments.map(bookedOf);
}

/** A payment as a line of a book. Failed captures and refunds are none. */
export function bookedOf({
  id,
  reference,
  amount: asked,
  status,
  captured,
  refunded,
  captures,
  refunds,
}: Pick<
  Payment,
  'id' | 'reference' | 'amount' | 'status' | 'captured' | 'refunded' | 'captures' | 'refunds'
>): Booked {
  const count = (movements: Payment['captures']) => movements.filter((one) => one.status !== 'failed').length;
  return {
    reference,
    payment: id,
    amount: asked,
    status,
    captured,
    refunded,
    captures: count(captures),
    refunds: count(refunds),
  };
}
