/** What an account has in the beginning: something of everything, under ids that depend on the tenant alone. */
import { money as moneyOf } from '@im/payments';
import type { Account, Stored } from './account.ts';
import { bill, newSubscription } from './billing.ts';
import { word } from './ids.ts';
import { dayMs } from './ledger.ts';
import { testMethodsOf } from './methods.ts';
import { newBatch } from './routes/payouts.ts';
import { starterId, starterIds } from './starter-ids.ts';
import { furnishPayments } from './starter-payments.ts';
import { book, type World } from './world.ts';

/** Fills the books of a new account. */
export function furnish(world: World, account: Account, isWhole: boolean): void {
  const { books, tenant, webhookId } = account;
  for (const method of testMethodsOf()) books.methods.set(method.id, method);
  books.webhooks.set(webhookId, {
    id: webhookId,
    url: `https://${word(8, 'host', tenant).toLowerCase()}.example.com/webhooks/paypal`,
    eventTypes: ['*'],
  });
  if (isWhole) furnishAll(world, account);
}

function furnishAll(world: World, account: Account): void {
  const { books, tenant } = account;
  const ids = starterIds(tenant);
  const now = world.clock.now();
  furnishPayments(world, account);

  const wallet = { kind: 'paypal', behaviour: { kind: 'pays' } } as const;
  books.agreements.set(ids.agreement, wallet);
  books.setupTokens.set(ids.setupToken, {
    id: ids.setupToken,
    customer: ids.customer,
    source: wallet,
    returnUrl: 'https://shop.example.com/return',
    cancelUrl: undefined,
    status: 'PAYER_ACTION_REQUIRED',
  });
  for (const token of [
    ids.paymentTokenToDelete,
    ...['one', 'two'].map((name) => starterId(tenant, name).toLowerCase()),
  ])
    books.methods.set(token, { id: token, customer: ids.customer, source: { ...wallet, vaultId: token } });

  const product = (productId: string, name: string): Stored => ({
    id: productId,
    status: 'ACTIVE',
    fields: { name, description: `${name}, month by month`, type: 'SERVICE', category: 'SOFTWARE' },
    createdAt: now - 90 * dayMs,
    updatedAt: now - 90 * dayMs,
  });
  books.products.set(ids.product, product(ids.product, 'Basic'));
  for (const name of ['Plus', 'Family']) {
    const productId = `PROD-${starterId(tenant, name)}`;
    books.products.set(productId, product(productId, name));
  }
  const plan = (planId: string, status: string): Stored => ({
    id: planId,
    status,
    fields: {
      product_id: ids.product,
      name: 'Basic by the month',
      description: 'Ten euros a month',
      billing_cycles: [
        {
          frequency: { interval_unit: 'MONTH', interval_count: 1 },
          tenure_type: 'REGULAR',
          sequence: 1,
          total_cycles: 0,
          pricing_scheme: { version: 1, fixed_price: { currency_code: 'EUR', value: '10.00' } },
        },
      ],
      payment_preferences: { auto_bill_outstanding: true, payment_failure_threshold: 3 },
      quantity_supported: false,
    },
    createdAt: now - 90 * dayMs,
    updatedAt: now - 90 * dayMs,
  });
  const active = plan(ids.plan, 'ACTIVE');
  books.plans.set(ids.plan, active);
  books.plans.set(ids.inactivePlan, plan(ids.inactivePlan, 'INACTIVE'));
  for (const [subscriptionId, owes] of [
    [ids.subscription, false],
    [ids.owingSubscription, true],
  ] as const) {
    const subscription = newSubscription(world, subscriptionId, active, { custom_id: 'starter' });
    books.subscriptions.set(subscriptionId, subscription);
    Object.assign(subscription, {
      status: 'ACTIVE',
      createdAt: now - 70 * dayMs,
      nextBillingAt: now - 70 * dayMs,
    });
    bill(world, account, subscription);
    if (owes) Object.assign(subscription, { outstanding: 1_000n, failures: 1 });
  }
  const items = ['one@example.com', 'two@example.com', 'nobody@unclaimed.example.com'].map(
    (receiver, index) => ({
      recipient_type: 'EMAIL',
      receiver,
      amount: { currency: 'EUR', value: '5.00' },
      sender_item_id: `starter-${index}`,
    }),
  );
  newBatch(
    world,
    account,
    ids.payout,
    { sender_batch_id: 'starter', email_subject: 'You have money' },
    items,
  );
  books.webhooks.set(ids.webhookToDelete, {
    id: ids.webhookToDelete,
    url: 'https://old.example.com/webhooks/paypal',
    eventTypes: ['PAYMENT.CAPTURE.COMPLETED'],
  });
  for (const [index, minor] of [-20_000n, -15_000n].entries())
    book(account, {
      id: starterId(tenant, `withdrawal ${index}`),
      code: 'T0400',
      amount: moneyOf(minor, 'EUR'),
      fee: undefined,
      at: now - (3 + index * 40) * dayMs,
      reference: undefined,
      invoiceId: undefined,
      customId: undefined,
    });
}
