/**
 * The driver of `@im/payments` over Adyen's Checkout API.
 *
 * Adyen shows no payment to whoever asks, so each answer and each verified webhook is written into a record before it is given on, and `find` reads
 * the record (`record.ts`, `render.ts`). What we ask for is written down before it is sent, for webhooks do not tell it and may be all that comes.
 */
import { createHash } from 'node:crypto';
import { isIntegrationError } from '@im/core';
import { type DriverPayment, equalMoney, type MovingCall, money, type PaymentDriver } from '@im/payments';
import type { AdyenClient } from '../connect.ts';
import type { Modification, PaymentResult } from '../model.ts';
import { type Books, bookKeeper } from './books.ts';
import { type Change, isKnown, noPayment, release, reserve } from './changes.ts';
import { askedOf, detailsOf, factsOf, paymentOf, sameAsked } from './creation.ts';
import { tellNotification } from './events.ts';
import { offerClosed } from '../refusals.ts';
import { addFact, type Fact, type PaymentRecord, provisionalId, type Step } from './record.ts';
import { refusal } from './refuse.ts';
import { authorizationsOf, outcomeOf, render } from './render.ts';
import { type AdyenAbility, adyenAbilities, adyenFacts } from './traits.ts';
import { createVault } from './vault.ts';

/** Makes the driver. Opens nothing; it never repeats a call by itself. */
export function adyenDriver(client: AdyenClient): PaymentDriver<AdyenAbility, AdyenClient> {
  const open = bookKeeper(client);

  /** Writes an answer down, after comparing it with what was asked: one about something else is given on for the gateway to see, and not kept. */
  const tell = async (books: Books, record: PaymentRecord, via: Step['via'], result: PaymentResult) => {
    const stranger = strangerIn(record, result);
    if (stranger !== undefined) return stranger;
    const facts = factsOf(via, result, books.now());
    return books.give(await books.records.change(record.reference, (known) => facts.reduce(addFact, known)));
  };

  const sendSession = async (
    books: Books,
    record: PaymentRecord,
    returnUrl: string | undefined,
    call: MovingCall,
  ) => {
    const { asked, reference } = record;
    if (asked === undefined) throw noPayment();
    const session = await client.createSession(
      {
        reference,
        amount: money(BigInt(asked.minor), asked.currency),
        mode: 'hosted',
        returnUrl,
        capture: asked.capture === 'manual' ? 'manual' : 'immediate',
        ...(asked.customer !== undefined && { shopperReference: asked.customer }),
      },
      call,
    );
    const { id, url, expiresAt } = session;
    const step: Step = {
      via: 'session',
      result: 'RedirectShopper',
      action: url === undefined ? undefined : { kind: 'redirect', url },
      at: books.now(),
    };
    const isOurs =
      session.reference === reference &&
      equalMoney(session.amount, money(BigInt(asked.minor), asked.currency));
    if (!isOurs) return blank(id, session.reference, session.amount);
    return books.give(
      await books.records.change(reference, (known) =>
        addFact(
          { ...known, id: known.id ?? id, session: { id, endsAt: Date.parse(expiresAt) } },
          { kind: 'answer', step },
        ),
      ),
    );
  };

  /** Reserves, sends, writes down. */
  const modify = async (
    id: string,
    change: Change,
    call: MovingCall,
    send: (psp: string | undefined, record: PaymentRecord) => Promise<Modification | undefined>,
    factOf: (modification: Modification | undefined, record: PaymentRecord) => Fact,
  ): Promise<DriverPayment> => {
    const books = await open(call);
    const known = await books.records.find(id);
    if (known === undefined) throw noPayment();
    const { reference } = known;
    let isAgain = false;
    const record = await books.records.change(reference, (one) => {
      isAgain = isKnown(one, change);
      return reserve(one, change, books.rules());
    });
    try {
      const modification = await send(authorizationsOf(record)[0]?.psp, record);
      const fact = factOf(modification, record);
      return books.give(await books.records.change(reference, (one) => addFact(release(one, change), fact)));
    } catch (error) {
      // Of a repetition a refusal says nothing: the first one may have been taken.
      if (!isAgain && isIntegrationError(error) && error.effect === 'none')
        await books.records.change(reference, (one) => release(one, change));
      throw error;
    }
  };

  return {
    name: 'adyen',
    abilities: adyenAbilities,
    facts: adyenFacts,

    create: async (create, call) => {
      const books = await open(call);
      const { reference, confirm, mandate, method = typeof mandate === 'object' ? '' : undefined } = create;
      if (!confirm && create.method !== undefined)
        throw refusal(
          'invalid_argument',
          'method',
          'a payment that is not begun keeps no method',
          'give the method to confirm',
        );
      const payment = method === undefined ? undefined : paymentOf({ ...create, method });
      const asked = askedOf(create, books.now());
      const record = await books.records.change(reference, (known) => ({
        ...known,
        asked: sameAsked(known.asked, asked),
      }));
      if (!confirm)
        return books.give(
          await books.records.change(reference, (known) =>
            known.steps.length > 0
              ? known
              : { ...known, id: known.id ?? provisionalId(reference), held: true },
          ),
        );
      if (payment === undefined) return sendSession(books, record, create.returnUrl, call);
      return tell(books, record, 'create', await client.createPayment(payment, call));
    },

    confirm: async (id, confirm, call) => {
      const books = await open(call);
      const record = await books.records.find(id);
      if (record === undefined) throw noPayment();
      const payment = books.give(record);
      if (payment.status !== 'created' && payment.status !== 'requires_action')
        throw refusal(
          'failed_precondition',
          'status',
          `a payment that is ${payment.status} waits for nothing`,
          'retrieve it',
        );
      const { method, returnUrl, returned } = confirm;
      if (payment.status === 'created') {
        if (method === undefined) return sendSession(books, record, returnUrl, call);
        const { asked, reference } = record;
        if (asked === undefined) throw noPayment();
        const { amount, customer } = payment;
        const again = paymentOf({ reference, amount, capture: asked.capture, customer, returnUrl, method });
        return tell(books, record, 'create', await client.createPayment(again, call));
      }
      if (record.session !== undefined && returned?.sessionResult !== undefined) {
        const { signal } = call;
        const result = await client.getSessionResult(record.session.id, returned.sessionResult, { signal });
        const facts = sessionFacts(result, books.now());
        return books.give(
          await books.records.change(record.reference, (known) => facts.reduce(addFact, known)),
        );
      }
      const details = detailsOf(confirm);
      // The customer came back with nothing that Adyen wants: a webhook will tell.
      if (details === undefined) return payment;
      return tell(books, record, 'details', await client.submitPaymentDetails({ details }, call));
    },

    capture: (id, { reference, amount, final }, call) =>
      modify(
        id,
        { kind: 'capture', reference, minor: amount.minor, final },
        call,
        (psp) => client.capturePayment(needed(psp), { reference, amount }, call),
        (told) => moved('capture', needed(told), { reference, final, amount }),
      ),

    refund: (id, { reference, amount, reason }, call) =>
      modify(
        id,
        { kind: 'refund', reference, minor: amount.minor },
        call,
        (psp) =>
          client.refundPayment(
            needed(psp),
            { reference, amount, merchantRefundReason: refundReason(reason) },
            call,
          ),
        (told) => moved('refund', needed(told), { reference, amount }),
      ),

    void: (id, reference, call) =>
      modify(
        id,
        { kind: 'void', reference, minor: 0n },
        call,
        async (psp, record) => {
          if (psp !== undefined) return client.cancelPayment(psp, { reference }, call);
          // What was never sent is let go by ourselves; what may be authorized yet is cancelled by its name.
          return record.held === true
            ? undefined
            : client.cancelByReference(record.reference, { reference }, call);
        },
        (told) => ({ kind: 'cancel', psp: told?.pspReference ?? 'own', fate: 'received' }),
      ),

    find: async ({ id, reference }, call) => {
      const { records, rules } = await open(call);
      const record = id === undefined ? await records.read(reference) : await records.find(id);
      return record && render(record, rules(), id);
    },

    vault: createVault(client),
    disputes: async (cursor, call) => (await open(call)).disputes.page(cursor),
    payouts: async (cursor, call) => {
      const books = await open(call);
      return books.payouts.page(cursor, (fileName) => books.download(fileName, call));
    },
    settlements: async (payout, cursor, call) => {
      const books = await open(call);
      return books.payouts.lines(payout, cursor, (fileName) => books.download(fileName, call));
    },

    webhooks: {
      verify: async (webhook) => {
        const verified = await client.verifyWebhook(webhook);
        if (verified.kind === 'platform') {
          const id = createHash('sha256').update(webhook.body).digest('hex');
          return [{ id: `${verified.type}:${id}`, type: verified.type }];
        }
        const books = await open();
        const events = [];
        for (const notification of verified.notifications) {
          // A webhook of the company tells of all its merchant accounts.
          if (notification.merchantAccount !== books.merchantAccount) continue;
          events.push(await tellNotification(books.records, notification, books.now()));
          await books.disputes.tell(notification);
          await books.payouts.tell(notification);
        }
        return events;
      },
    },

    native: () => client,
  };
}

/** What is not there was refused before: the payment would not have allowed the change. */
function needed<Value>(value: Value | undefined): Value {
  if (value === undefined) throw noPayment();
  return value;
}

function moved(
  move: 'capture' | 'refund',
  { pspReference: psp, amount: told }: Modification,
  {
    reference,
    final,
    amount,
  }: { readonly reference: string; readonly final?: boolean; readonly amount: DriverPayment['amount'] },
): Fact {
  const { minor, currency } = told ?? amount;
  return { kind: 'move', psp, move, fate: 'received', minor: String(minor), currency, reference, final };
}

/** An answer that is not about what was asked, as a payment that says so. */
function strangerIn({ reference, asked }: PaymentRecord, result: PaymentResult): DriverPayment | undefined {
  const {
    merchantReference = reference,
    amount,
    pspReference = provisionalId(reference),
    resultCode,
  } = result;
  const expected = asked && money(BigInt(asked.minor), asked.currency);
  const isPaid = outcomeOf(resultCode) === 'authorised';
  const isOther = amount !== undefined && expected !== undefined && isPaid && !equalMoney(amount, expected);
  if (merchantReference === reference && !isOther) return undefined;
  const shown = amount ?? expected;
  return shown && blank(pspReference, merchantReference, shown);
}

function blank(id: string, reference: string, amount: DriverPayment['amount']): DriverPayment {
  const nothing = money(0n, amount.currency);
  return {
    id,
    reference,
    status: 'processing',
    amount,
    captured: nothing,
    refunded: nothing,
    captures: [],
    refunds: [],
  };
}

/** How a session ended, as facts. https://docs.adyen.com/api-explorer/Checkout/latest/get/sessions/(sessionId) */
function sessionFacts(
  { status, payments }: Awaited<ReturnType<AdyenClient['getSessionResult']>>,
  at: number,
): readonly Fact[] {
  const paid = payments.map(
    ({ pspReference: psp, resultCode = 'Received' }): Fact => ({
      kind: 'answer',
      step: { via: 'session', psp, result: resultCode, at },
    }),
  );
  const ended: Readonly<Record<string, Step>> = {
    refused: { via: 'session', result: 'Refused', code: '2', at },
    expired: { via: 'session', result: 'Cancelled', code: offerClosed, at },
    canceled: { via: 'session', result: 'Cancelled', code: '16', at },
    paymentPending: { via: 'session', result: 'Pending', at },
  };
  const end = paid.length > 0 ? undefined : ended[status ?? ''];
  return end === undefined ? paid : [{ kind: 'answer', step: end }];
}

/** Adyen takes five reasons: https://docs.adyen.com/api-explorer/Checkout/latest/post/payments/(paymentPspReference)/refunds */
function refundReason(reason: string | undefined) {
  if (reason === undefined) return undefined;
  return (
    reasons.find(
      (one) => one.toLowerCase().replace(' ', '_') === reason.toLowerCase().replace(/[ -]/g, '_'),
    ) ?? 'OTHER'
  );
}
const reasons = ['FRAUD', 'CUSTOMER REQUEST', 'RETURN', 'DUPLICATE', 'OTHER'] as const;
