/** What every account begins with, so that each read finds something. */
import type { FakeAccount, FakePayment } from './account.ts';
import { openDispute } from './disputes.ts';
import { settle } from './reports.ts';
import { addLink, addSession } from './sessions.ts';
import { addToken } from './tokens.ts';
import type { World } from './world.ts';

/** Names of what is there. */
export const starter = {
  payment: 'STARTERPAYMENTZ9',
  reference: 'starter-order',
  authorised: 'STARTERHELDPAYZ9',
  shopper: 'starter-shopper',
  session: 'CSSTARTERSESSION',
  sessionResult: 'result-of-CSSTARTERSESSION',
  link: 'PLSTARTERLINK',
  otherShopper: 'other-shopper',
  step: 'starter-step',
  order: 'STARTERORDERZZZ9',
  dispute: 'STARTERDISPUTEZ9',
  otherDispute: 'OTHERDISPUTEZZZ9',
  payout: 'STARTERPAYOUTZZ9',
  otherPayout: 'OTHERPAYOUTZZZZ9',
  giftCardMove: 'STARTERGIFTMOVE9',
  otherGiftCard: 'GIFT-OTHER',
  giftCard: 'GIFT-STARTER',
  report: 'settlement_detail_report_batch_1.csv',
} as const;

/** Token of the starter shopper: the same in every account. */
export const starterToken = 'STARTERTOKENZZ99';

const amount = { currency: 'EUR', value: 2_500 };

export function furnish(world: World, account: FakeAccount): void {
  const now = world.clock.now();
  const payment = (psp: string, reference: string, captureDelayMs: number | undefined): FakePayment => ({
    psp,
    reference,
    amount,
    method: 'visa',
    shopper: starter.shopper,
    status: 'authorised',
    authorisedAt: now,
    refusal: undefined,
    captureDelayMs,
    authorisedValue: amount.value,
    captures:
      captureDelayMs === 0 ? [{ psp, reference: undefined, value: amount.value, status: 'done' }] : [],
    refunds: [],
    settled: 0,
  });
  const paid = payment(starter.payment, starter.reference, 0);
  account.payments.set(paid.psp, paid);
  const held = payment(starter.authorised, `${starter.reference}-held`, undefined);
  account.payments.set(held.psp, held);
  const token = addToken(world, account, starter.shopper, { number: '4111111111111111' }, starter.payment);
  account.tokens.delete(token.id);
  account.tokens.set(starterToken, { ...token, id: starterToken });
  const place = { amount, reference: starter.reference, returnUrl: 'https://shop.test/return' };
  addSession(world, account, {}, place, starter.session);
  const link = { reference: starter.reference, amount };
  addLink(
    world,
    account,
    link,
    { amount, expiresAt: new Date(now + 86_400_000).toISOString() },
    starter.link,
  );
  addToken(world, account, starter.otherShopper, { number: '5555444433331111' });
  account.steps.set(starter.step, {
    token: starter.step,
    kind: 'redirect',
    reference: starter.reference,
    amount,
    returnUrl: 'https://shop.test/return',
    startedAt: now,
    authorise: () => paid,
    choice: 'approved',
    payment: paid,
  });
  const expiresAt = new Date(now + 86_400_000).toISOString();
  const order = {
    orderData: 'starter-order-data',
    amount,
    remaining: amount.value,
    reference: starter.reference,
    expiresAt,
  };
  account.orders.set(starter.order, { ...order, isOpen: true });
  openDispute(world, account, paid, amount, starter.dispute);
  openDispute(world, account, paid, amount, starter.otherDispute);
  account.payouts.set(starter.payout, 'submitted');
  account.payouts.set(starter.otherPayout, 'submitted');
  const giftCard = { type: 'svs', value: 5_000, currency: 'EUR', active: true };
  account.giftCards.set(starter.giftCard, giftCard);
  account.giftCards.set(starter.otherGiftCard, { ...giftCard });
  account.giftCardMoves.set(starter.giftCardMove, { card: giftCard, value: 500 });
  settle(world, account, [paid]);
  // What happened before the account was opened was told before.
  account.events.length = 0;
}
