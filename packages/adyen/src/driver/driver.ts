/**
 * The driver of `@im/payments` over Adyen's Checkout API.
 *
 * Adyen shows no payment to whoever asks, so each answer and each verified webhook is written into a record before it is given on, and `find` reads
 * the record (`record.ts`, `render.ts`). What we ask for is written down before it is sent, for webhooks do not tell it and may be all that comes.
 */
import type { PaymentDriver, PaymentEvent, RawWebhook } from '@im/payments';
import type { AdyenClient } from '../connect.ts';
import { platformEventId } from '../webhooks/receipt.ts';
import { beginning } from './begin.ts';
import { bookKeeper } from './books.ts';
import { tellNotification } from './events.ts';
import { modifying } from './modify.ts';
import { render } from './render.ts';
import { type AdyenAbility, adyenAbilities, adyenFacts } from './traits.ts';
import { createVault } from './vault.ts';

/** Makes the driver. Opens nothing; it never repeats a call by itself. */
export function adyenDriver(client: AdyenClient): PaymentDriver<AdyenAbility, AdyenClient> {
  const open = bookKeeper(client);

  const verify = async (webhook: RawWebhook): Promise<readonly PaymentEvent[]> => {
    const verified = await client.verifyWebhook(webhook);
    if (verified.kind === 'platform')
      return [{ id: platformEventId(verified.type, webhook.body), type: verified.type }];
    const { records, disputes, payouts, merchantAccount, now } = await open();
    const events: PaymentEvent[] = [];
    for (const notification of verified.notifications) {
      // A webhook of the company tells of all its merchant accounts.
      if (notification.merchantAccount !== merchantAccount) continue;
      events.push(await tellNotification(records, notification, now()));
      await disputes.tell(notification);
      await payouts.tell(notification);
    }
    return events;
  };

  return {
    name: 'adyen',
    abilities: adyenAbilities,
    facts: adyenFacts,
    ...beginning(client, open),
    ...modifying(client, open),
    find: async ({ id, reference }, call) => {
      const { records, rules } = await open(call);
      const record = id === undefined ? await records.read(reference) : await records.find(id);
      return record && render(record, rules(), id);
    },
    vault: createVault(client),
    disputes: async (cursor, call) => (await open(call)).disputes.page(cursor),
    payouts: async (cursor, call) => {
      const { payouts, download } = await open(call);
      return payouts.page(cursor, (fileName) => download(fileName, call));
    },
    settlements: async (payout, cursor, call) => {
      const { payouts, download } = await open(call);
      return payouts.lines(payout, cursor, (fileName) => download(fileName, call));
    },
    webhooks: { verify },
    native: () => client,
  };
}
