/** `/v1/payments/payouts`. Receivers at `@unclaimed.example.com` have no PayPal account. */
import { addMoney, money as moneyOf } from '@im/payments';
import type { FakeRequest } from '@im/testing';
import type { Account, PayoutBatch, PayoutItem } from '../account.ts';
import {
  amountOf,
  bodyOf,
  fieldsOf,
  instant,
  link,
  listOf,
  numbered,
  plainMoney,
  refuse,
  refuseNamed,
  required,
  textOf,
} from '../requests.ts';
import { book, emit, type World } from '../world.ts';
import { keys, type RouteTable } from './table.ts';

/** Test values of PayPal's own: https://developer.paypal.com/docs/api/test-values/ */
const testNotes: Readonly<Record<string, readonly [status: number, name: string]>> = {
  ERRPYO002: [403, 'SENDER_EMAIL_UNCONFIRMED'],
  ERRPYO005: [400, 'INSUFFICIENT_FUNDS'],
};

export function payoutRoutes(world: World): RouteTable {
  const headerOf = ({ id, header, createdAt }: PayoutBatch) => ({
    payout_batch_id: id,
    batch_status: 'SUCCESS',
    time_created: instant(createdAt),
    sender_batch_header: header,
  });
  const showItem = (batch: PayoutBatch, item: PayoutItem) => ({
    payout_item_id: item.id,
    transaction_id: item.transactionId,
    transaction_status: item.status,
    payout_item_fee: plainMoney(moneyOf(0n, item.amount.currency)),
    payout_batch_id: batch.id,
    payout_item: {
      recipient_type: item.recipientType,
      amount: plainMoney(item.amount),
      receiver: item.receiver,
      ...(item.note !== undefined && { note: item.note }),
      ...(item.senderItemId !== undefined && { sender_item_id: item.senderItemId }),
    },
    time_processed: instant(batch.createdAt),
    links: [link(world.base, 'item', `/v1/payments/payouts-item/${item.id}`)],
  });
  const itemOf = (request: FakeRequest, account: Account) => {
    for (const batch of account.books.payouts.values()) {
      const item = batch.items.find(({ id }) => id === request.params.id);
      if (item !== undefined) return { batch, item };
    }
    return refuse(404);
  };

  const create = (request: FakeRequest, account: Account) => {
    const body = bodyOf(request);
    const header = fieldsOf(body.sender_batch_header);
    const senderBatchId = required(header, 'sender_batch_id', '/sender_batch_header');
    const items = listOf(body.items).map(fieldsOf);
    if (items.length === 0) return refuse(400, 'MISSING_REQUIRED_PARAMETER', '/items');
    if (new Set(items.map(({ amount }) => fieldsOf(amount).currency)).size > 1)
      return refuseNamed(400, 'VALIDATION_ERROR', 'All items of a batch must have one currency.');
    const test = testNotes[textOf(items[0]?.note) ?? ''];
    if (test !== undefined) return refuseNamed(test[0], test[1], 'A test value asked for this.');
    const isKnown = [...account.books.payouts.values()].some(
      (batch) =>
        batch.senderBatchId === senderBatchId && world.clock.now() - batch.createdAt < 30 * 86_400_000,
    );
    if (isKnown) return refuseNamed(400, 'USER_BUSINESS_ERROR', 'User business error.');
    const batch = newBatch(world, account, world.nextId('payout').slice(0, 13), header, items);
    return {
      show: () => ({
        batch_header: { ...headerOf(batch), batch_status: 'PENDING' },
        links: [link(world.base, 'self', `/v1/payments/payouts/${batch.id}`)],
      }),
    };
  };

  return {
    'POST /v1/payments/payouts': {
      keys: { ...keys.payouts },
      run: (request, account) => ({ ...create(request, account), again: 201 }),
    },
    'GET /v1/payments/payouts/:id': (request, account) => {
      const batch = account.books.payouts.get(request.params.id ?? '') ?? refuse(404);
      const { items, totals } = numbered(request, batch.items, { usual: 1_000, most: 1_000 });
      const [first] = batch.items;
      const sum = batch.items.reduce(
        (all, { amount }) => addMoney(all, amount),
        moneyOf(0n, first?.amount.currency ?? 'EUR'),
      );
      return {
        json: {
          ...totals,
          batch_header: {
            ...headerOf(batch),
            time_completed: instant(batch.createdAt),
            amount: plainMoney(sum),
            fees: plainMoney(moneyOf(0n, sum.currency)),
          },
          items: items.map((item) => showItem(batch, item)),
          links: [link(world.base, 'self', `/v1/payments/payouts/${batch.id}`)],
        },
      };
    },
    'GET /v1/payments/payouts-item/:id': (request, account) => {
      const { batch, item } = itemOf(request, account);
      return { json: { ...showItem(batch, item), sender_batch_id: batch.senderBatchId } };
    },
    'POST /v1/payments/payouts-item/:id/cancel': (request, account) => {
      const { batch, item } = itemOf(request, account);
      if (item.status === 'RETURNED')
        return refuseNamed(400, 'ITEM_ALREADY_CANCELLED', 'Item already cancelled.');
      if (item.status !== 'UNCLAIMED')
        return refuseNamed(400, 'ITEM_INCORRECT_STATUS', 'Item cannot be cancelled.');
      item.status = 'RETURNED';
      return { json: { ...showItem(batch, item), sender_batch_id: batch.senderBatchId } };
    },
  };
}

/** A batch that was paid at once. */
export function newBatch(
  world: World,
  account: Account,
  id: string,
  header: Readonly<Record<string, unknown>>,
  items: readonly Readonly<Record<string, unknown>>[],
): PayoutBatch {
  const now = world.clock.now();
  const batch: PayoutBatch = {
    id,
    senderBatchId: String(header.sender_batch_id),
    header,
    createdAt: now,
    items: items.map((item, index) => {
      const { currency, value } = fieldsOf(item.amount);
      const receiver = required({ ...item }, 'receiver', `/items/${index}`);
      return {
        id: `${id.slice(0, 9)}${String(index).padStart(4, 'X')}`,
        batch: id,
        amount: amountOf({ currency_code: currency, value }, `/items/${index}/amount`),
        receiver,
        recipientType: textOf(item.recipient_type) ?? 'EMAIL',
        note: textOf(item.note),
        senderItemId: textOf(item.sender_item_id),
        status: receiver.endsWith('@unclaimed.example.com') ? 'UNCLAIMED' : 'SUCCESS',
        transactionId: world.nextId('payout item'),
      };
    }),
  };
  account.books.payouts.set(id, batch);
  for (const { amount, transactionId } of batch.items)
    book(account, {
      id: transactionId,
      code: 'T0001',
      amount: moneyOf(-amount.minor, amount.currency),
      fee: undefined,
      at: now,
      reference: undefined,
      invoiceId: undefined,
      customId: undefined,
    });
  emit(world, account, {
    type: 'PAYMENT.PAYOUTSBATCH.SUCCESS',
    resourceType: 'payouts',
    resourceVersion: '1.0',
    resource: { batch_header: { payout_batch_id: id, batch_status: 'SUCCESS' } },
    summary: 'Payouts batch completed successfully.',
    about: [],
  });
  return batch;
}
