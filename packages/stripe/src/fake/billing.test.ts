/** Subscriptions and setups of the fake. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, openStripe } from '../__tests__/connect.ts';

const dayMs = 86_400_000;

let opened: Awaited<ReturnType<typeof openStripe>>;
beforeEach(async () => {
  opened = await openStripe();
});
afterEach(() => opened.close());

/** A customer with a card, and a price of 15 dollars a month. */
async function subscriber(card = 'pm_card_visa') {
  const { client } = opened;
  const { id: customer } = await client.createCustomer({});
  const { id: method } = await client.attachPaymentMethod(card, { customer });
  await client.updateCustomer(customer, { invoice_settings: { default_payment_method: method } });
  const { id: product } = await client.createProduct({ name: 'Plan' });
  const { id: price } = await client.createPrice({
    product,
    currency: 'usd',
    unit_amount: 1_500,
    recurring: { interval: 'month' },
  });
  const begin = (more: object = {}) => client.createSubscription({ customer, items: [{ price }], ...more });
  return { customer, price, begin };
}
const statusOf = async (id: string) => (await opened.client.retrieveSubscription(id)).status;
const paid = () => opened.fake.ledger().map(({ captured }) => captured);

// https://docs.stripe.com/billing/subscriptions/overview
describe('a subscription', () => {
  it('is paid for at once, and then each month', async () => {
    const { begin } = await subscriber();
    const { id, status } = await begin();
    expect([status, paid()]).toEqual(['active', [1_500]]);
    await opened.clock.advance(31 * dayMs);
    await opened.clock.advance(28 * dayMs);
    expect([await statusOf(id), paid()]).toEqual(['active', [1_500, 1_500, 1_500]]);
    const invoices = await opened.client.listInvoices({ subscription: id }).toArray();
    expect(invoices.map((one) => [one.status, one.billing_reason])).toEqual([
      ['paid', 'subscription_cycle'],
      ['paid', 'subscription_cycle'],
      ['paid', 'subscription_create'],
    ]);
  });

  it('costs nothing during its trial', async () => {
    const { begin } = await subscriber();
    const { id, status } = await begin({ trial_period_days: 7 });
    expect([status, paid()]).toEqual(['trialing', []]);
    await opened.clock.advance(7 * dayMs);
    expect([await statusOf(id), paid()]).toEqual(['active', [1_500]]);
  });

  it('is past due when a payment fails, tried again, and ends when that fails too', async () => {
    const { begin, customer } = await subscriber('pm_card_chargeCustomerFail');
    const { id } = await begin({ trial_period_days: 1 });
    await opened.clock.advance(dayMs);
    expect(await statusOf(id)).toBe('past_due');
    await opened.clock.advance(16 * dayMs);
    expect(await statusOf(id)).toBe('canceled');
    const second = await begin({ trial_period_days: 1 });
    await opened.clock.advance(dayMs);
    const { id: method } = await opened.client.attachPaymentMethod('pm_card_visa', { customer });
    await opened.client.updateCustomer(customer, { invoice_settings: { default_payment_method: method } });
    await opened.clock.advance(3 * dayMs);
    expect([await statusOf(second.id), paid().filter((one) => one > 0)]).toEqual(['active', [1_500]]);
  });

  it('whose first payment never comes is given up after 23 hours', async () => {
    const { begin } = await subscriber();
    const { id, status } = await begin({ payment_behavior: 'default_incomplete' });
    expect(status).toBe('incomplete');
    await opened.clock.advance(23 * 3_600_000);
    expect(await statusOf(id)).toBe('incomplete_expired');
  });

  it('ends at once, or with its period', async () => {
    const { begin } = await subscriber();
    const [one, two] = [await begin(), await begin()];
    expect((await opened.client.cancelSubscription(one.id)).status).toBe('canceled');
    await opened.client.updateSubscription(two.id, { cancel_at_period_end: true });
    await opened.clock.advance(20 * dayMs);
    expect(await statusOf(two.id)).toBe('active');
    await opened.clock.advance(11 * dayMs);
    expect(await statusOf(two.id)).toBe('canceled');
    expect(paid()).toEqual([1_500, 1_500]);
    expect((await failure(opened.client.resumeSubscription(two.id))).reason).toBe('subscription_state');
  });

  it('without a card does not begin', async () => {
    const { price } = await subscriber();
    const { id: customer } = await opened.client.createCustomer({});
    const error = await failure(opened.client.createSubscription({ customer, items: [{ price }] }));
    expect([error.code, error.reason]).toEqual(['not_found', 'resource_missing']);
  });
});

// https://docs.stripe.com/payments/setupintents/lifecycle
describe('a setup', () => {
  it('keeps the card, with the customer’s consent where the bank asks, and gives a mandate', async () => {
    const { id: customer } = await opened.client.createCustomer({});
    const setup = await opened.client.createSetupIntent({
      customer,
      payment_method: 'pm_card_authenticationRequiredOnSetup',
      confirm: true,
      return_url: 'https://shop.test',
    });
    expect(setup.status).toBe('requires_action');
    opened.fake.finish(setup.id, 'approves');
    expect((await opened.client.retrieveSetupIntent(setup.id)).status).toBe('succeeded');
    expect(await opened.client.listPaymentMethods(customer).toArray()).toHaveLength(1);
  });

  it('of a card that is declined fails', async () => {
    const error = await failure(
      opened.client.createSetupIntent({
        payment_method: 'pm_card_visa_chargeDeclined',
        confirm: true,
        return_url: 'https://shop.test',
      }),
    );
    expect([error.code, error.reason]).toEqual(['failed_precondition', 'generic_decline']);
  });
});
