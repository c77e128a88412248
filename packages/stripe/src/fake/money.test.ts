/** Payments of the fake, as Stripe documents them: cards, holds, refunds, disputes, payouts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, openStripe, payment } from '../__tests__/connect.ts';
import { stripeErrorOf } from '../client/failures.ts';

let opened: Awaited<ReturnType<typeof openStripe>>;
beforeEach(async () => {
  opened = await openStripe();
});
afterEach(() => opened.close());

const pay = (payment_method: string, more: object = {}) =>
  opened.client.createPaymentIntent({ ...payment, payment_method, ...more });
const returning = {
  automatic_payment_methods: { enabled: true },
  return_url: 'https://shop.test/return',
} as const;
const types = () => opened.fake.events().map(({ type }) => type);

// https://docs.stripe.com/testing
describe('a test card', () => {
  it.each([
    'pm_card_visa',
    'pm_card_visa_debit',
    'pm_card_mastercard',
    'pm_card_amex',
    'pm_card_discover',
    'pm_card_jcb',
    'pm_card_unionpay',
    'pm_card_riskLevelElevated',
    'pm_card_cvcCheckFail',
  ])('%s pays', async (name) => {
    expect((await pay(name)).status).toBe('succeeded');
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
    ['pm_card_visa_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
    ['pm_card_radarBlock', 'card_declined', 'fraudulent'],
  ])('%s is declined: %s, %s', async (name, code, decline) => {
    const error = await failure(pay(name));
    expect([error.code, error.status, error.effect]).toEqual(['failed_precondition', 402, 'none']);
    const told = stripeErrorOf(error);
    expect([told?.code, told?.decline_code || undefined]).toEqual([code, decline]);
    expect(told?.payment_intent?.status).toBe('requires_payment_method');
    expect(types()).toContain('payment_intent.payment_failed');
    expect(opened.fake.ledger()).toMatchObject([{ charges: 0, captured: 0 }]);
  });

  it.each([
    ['pm_card_threeDSecure2Required', true, 'always'],
    ['pm_card_authenticationRequired', true, 'always'],
    ['pm_card_authenticationRequiredOnSetup', true, 'until it is set up'],
    ['pm_card_threeDSecureOptional', false, 'never'],
  ])('%s asks the customer: %s (%s)', async (name, asks) => {
    const { status, id, next_action } = await pay(name, returning);
    expect(status).toBe(asks ? 'requires_action' : 'succeeded');
    if (!asks) return;
    expect(next_action?.redirect_to_url?.url).toContain(id);
    const back = new URL(opened.fake.finish(id, 'approves') ?? '');
    expect([back.searchParams.get('payment_intent'), back.searchParams.get('redirect_status')]).toEqual([
      id,
      'succeeded',
    ]);
    expect((await opened.client.retrievePaymentIntent(id)).status).toBe('succeeded');
  });

  it('that was set up is charged without the customer, where its bank allows that', async () => {
    const { id: customer } = await opened.client.createCustomer({});
    const charged = async (name: string) => {
      const first = await pay(name, { ...returning, customer, setup_future_usage: 'off_session' });
      if (first.status === 'requires_action') opened.fake.finish(first.id, 'approves');
      const { payment_method } = await opened.client.retrievePaymentIntent(first.id);
      return pay(payment_method as string, { customer, off_session: true });
    };
    expect((await charged('pm_card_authenticationRequiredOnSetup')).status).toBe('succeeded');
    expect((await failure(charged('pm_card_authenticationRequired'))).reason).toBe('authentication_required');
  });

  it('that was used without a customer cannot be used again', async () => {
    const { payment_method } = await pay('pm_card_visa');
    expect((await failure(pay(payment_method as string))).code).toBe('invalid_argument');
  });
});

// https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
describe('a hold', () => {
  const hold = () => pay('pm_card_visa', { capture_method: 'manual' });

  it('lasts seven days, and is then let go', async () => {
    const { id, latest_charge } = await hold();
    const charge = await opened.client.retrieveCharge(latest_charge as string);
    const week = 7 * 86_400;
    expect(charge.payment_method_details?.card?.capture_before).toBe(opened.clock.now() / 1_000 + week);
    await opened.clock.advance(week * 1_000 - 1_000);
    expect((await opened.client.retrievePaymentIntent(id)).status).toBe('requires_capture');
    await opened.clock.advance(1_000);
    expect(await opened.client.retrievePaymentIntent(id)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'expired',
    });
    expect(types().slice(-2)).toEqual(['charge.expired', 'payment_intent.canceled']);
    expect((await failure(opened.client.capturePaymentIntent(id))).reason).toBe(
      'payment_intent_unexpected_state',
    );
    expect(opened.fake.ledger()).toMatchObject([{ captured: 0 }]);
  });

  it('is captured once, whole or in part', async () => {
    const { id } = await hold();
    const after = await opened.client.capturePaymentIntent(id, { amount_to_capture: 1_500 });
    expect(after).toMatchObject({ status: 'succeeded', amount_received: 1_500, amount_capturable: 0 });
    expect((await failure(opened.client.capturePaymentIntent(id))).code).toBe('failed_precondition');
    expect(await opened.client.listRefunds({ payment_intent: id }).toArray()).toEqual([]);
    expect(opened.fake.ledger()).toMatchObject([{ captured: 1_500, refunded: 0 }]);
  });

  it('is captured several times only where that was asked for, and the card can', async () => {
    const { id } = await hold();
    const part = { amount_to_capture: 500, final_capture: false };
    expect((await failure(opened.client.capturePaymentIntent(id, part))).reason).toBe(
      'payment_intent_invalid_parameter',
    );
    const wish = {
      capture_method: 'manual',
      payment_method_options: { card: { request_multicapture: 'if_available' } },
    } as const;
    const several = await pay('pm_card_visa', wish);
    expect(await opened.client.capturePaymentIntent(several.id, part)).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 1_500,
    });
    const diners = await pay('pm_card_diners', wish);
    expect((await failure(opened.client.capturePaymentIntent(diners.id, part))).code).toBe(
      'invalid_argument',
    );
  });
});

describe('money', () => {
  it('is in the balance after two days, less the fee, and at once for one card', async () => {
    await pay('pm_card_visa');
    const sums = async () => {
      const { available, pending } = await opened.client.retrieveBalance();
      return [
        available.find(({ currency }) => currency === 'eur')?.amount ?? 0,
        pending.find(({ currency }) => currency === 'eur')?.amount ?? 0,
      ];
    };
    const net = 2_000 - 88;
    expect(await sums()).toEqual([0, net]);
    await opened.clock.advance(2 * 86_400_000);
    expect(await sums()).toEqual([net, 0]);
    await pay('pm_card_bypassPending');
    expect(await sums()).toEqual([2 * net, 0]);
    expect((await failure(opened.client.createPayout({ amount: 2 * net + 1, currency: 'eur' }))).reason).toBe(
      'balance_insufficient',
    );
    const { id, status } = await opened.client.createPayout({ amount: net, currency: 'eur' });
    expect([status, ...(await sums())]).toEqual(['pending', net, 0]);
    await opened.clock.advance(2 * 86_400_000);
    expect((await opened.client.retrievePayout(id)).status).toBe('paid');
  });

  it('of a dispute is gone until it is won', async () => {
    const { id } = await pay('pm_card_visa');
    const dispute = opened.fake.dispute(id, { reason: 'duplicate', amount: 700 });
    const lines = async () =>
      (await opened.client.listBalanceTransactions().toArray()).map(({ reporting_category, net }) => [
        reporting_category,
        net,
      ]);
    expect(await lines()).toEqual([
      ['dispute', -700 - 1_500],
      ['charge', 2_000 - 88],
    ]);
    expect((await failure(opened.client.createRefund({ payment_intent: id }))).reason).toBe(
      'charge_disputed',
    );
    await opened.client.updateDispute(dispute, {
      evidence: { uncategorized_text: 'winning_evidence' },
      submit: true,
    });
    expect((await lines())[0]).toEqual(['dispute_reversal', 700 + 1_500]);
    expect((await failure(opened.client.closeDispute(dispute))).reason).toBe('dispute_closed');
  });

  it('is lost where nobody answers in time', async () => {
    await pay('pm_card_createDispute');
    await opened.clock.advance(14 * 86_400_000);
    const [dispute] = await opened.client.listDisputes().toArray();
    expect(dispute).toMatchObject({ status: 'lost', evidence_details: { past_due: true } });
  });

  // https://docs.stripe.com/currencies
  it.each([
    [{ amount: 49, currency: 'usd' }, 'amount_too_small'],
    [{ amount: 100_000_000, currency: 'usd' }, 'amount_too_large'],
    [{ amount: 150, currency: 'isk' }, undefined],
    [{ amount: 5_001, currency: 'kwd' }, undefined],
    [{ amount: 1_000, currency: 'zzz' }, undefined],
    [{ amount: -1, currency: 'usd' }, 'parameter_invalid_integer'],
    [{ amount: 10.5, currency: 'usd' }, 'parameter_invalid_integer'],
  ])('%o is refused', async (wrong, code) => {
    await using unrecorded = await openStripe({ record: false });
    const error = await failure(unrecorded.client.createPaymentIntent({ ...payment, ...wrong }));
    expect(error.code).toBe('invalid_argument');
    if (code !== undefined) expect(error.reason).toBe(code);
  });
});
