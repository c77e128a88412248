/** How the driver begins a payment and goes on with it. */
import {
  type DriverCreate,
  type DriverPayment,
  equalMoney,
  type MovingCall,
  money,
  type PaymentDriver,
} from '@im/payments';
import type { AdyenClient } from '../connect.ts';
import type { PaymentResult } from '../model.ts';
import { offerClosed } from '../refusals.ts';
import type { Books } from './books.ts';
import { noPayment } from './changes.ts';
import { askedOf, detailsOf, factsOf, paymentOf, sameAsked } from './creation.ts';
import { type Asked, addFact, type Fact, type PaymentRecord, provisionalId, type Step } from './record.ts';
import { refusal } from './refuse.ts';
import { outcomeOf } from './render.ts';

/** Where the books are; rejects with the reason of a signal that was aborted before. */
export type OpenBooks = (call?: { readonly signal?: AbortSignal }) => Promise<Books>;

export function beginning(client: AdyenClient, open: OpenBooks): Pick<PaymentDriver, 'create' | 'confirm'> {
  /** Writes an answer down, after comparing it with what was asked: one about something else is given on for the gateway to see, and not kept. */
  const tell = async (books: Books, record: PaymentRecord, via: Step['via'], result: PaymentResult) => {
    const stranger = strangerIn(record, result);
    if (stranger !== undefined) return stranger;
    const facts = factsOf(via, result, books.now());
    return books.give(await books.records.change(record.reference, (known) => facts.reduce(addFact, known)));
  };

  /** Adyen's own page, where the customer chooses. */
  const sendSession = async (
    books: Books,
    reference: string,
    { capture, customer, ...asked }: Asked,
    returnUrl: string | undefined,
    call: MovingCall,
  ) => {
    const amount = money(BigInt(asked.minor), asked.currency);
    const session = await client.createSession(
      {
        reference,
        amount,
        mode: 'hosted',
        returnUrl,
        capture: capture === 'manual' ? 'manual' : 'immediate',
        ...(customer !== undefined && { shopperReference: customer }),
      },
      call,
    );
    const { id, url, expiresAt } = session;
    if (session.reference !== reference || !equalMoney(session.amount, amount))
      return blank(id, session.reference, session.amount);
    const step: Step = {
      via: 'session',
      result: 'RedirectShopper',
      action: url === undefined ? undefined : { kind: 'redirect', url },
      at: books.now(),
    };
    return books.give(
      await books.records.change(reference, (known) =>
        addFact(
          { ...known, id: known.id ?? id, session: { id, endsAt: Date.parse(expiresAt) } },
          { kind: 'answer', step },
        ),
      ),
    );
  };

  return {
    create: async (create, call) => {
      const books = await open(call);
      const { reference, confirm, method } = create;
      if (!confirm && method !== undefined)
        throw refusal(
          'invalid_argument',
          'method',
          'a payment that is not begun keeps no method',
          'give the method to confirm',
        );
      const payment = hasMethod(create) ? paymentOf(create) : undefined;
      const asked = askedOf(create, books.now());
      const record = await books.records.change(reference, (known) => ({
        ...known,
        asked: sameAsked(known.asked, asked),
      }));
      if (!confirm) return books.give(await books.records.change(reference, hold));
      if (payment === undefined) return sendSession(books, reference, asked, create.returnUrl, call);
      return tell(books, record, 'create', await client.createPayment(payment, call));
    },

    confirm: async (id, confirm, call) => {
      const books = await open(call);
      const record = await books.records.find(id);
      if (record === undefined) throw noPayment();
      const payment = books.give(record);
      const { reference, asked, session } = record;
      const { method, returnUrl, returned } = confirm;
      if (payment.status === 'created' && asked !== undefined) {
        if (method === undefined) return sendSession(books, reference, asked, returnUrl, call);
        const { amount, customer } = payment;
        const begun = paymentOf({ reference, amount, capture: asked.capture, customer, returnUrl, method });
        return tell(books, record, 'create', await client.createPayment(begun, call));
      }
      if (payment.status !== 'requires_action')
        throw refusal(
          'failed_precondition',
          'status',
          `a payment that is ${payment.status} waits for nothing`,
          'retrieve it',
        );
      if (session !== undefined && returned?.sessionResult !== undefined) {
        const { signal } = call;
        const result = await client.getSessionResult(session.id, returned.sessionResult, { signal });
        const facts = sessionFacts(result, books.now());
        return books.give(await books.records.change(reference, (known) => facts.reduce(addFact, known)));
      }
      const details = detailsOf(confirm);
      // The customer came back with nothing that Adyen wants: a webhook will tell.
      if (details === undefined) return payment;
      return tell(books, record, 'details', await client.submitPaymentDetails({ details }, call));
    },
  };
}

/** Whether something is charged at once; else the customer chooses on Adyen's page. */
function hasMethod(create: DriverCreate): boolean {
  return create.method !== undefined || typeof create.mandate === 'object';
}

function hold(known: PaymentRecord): PaymentRecord {
  if (known.steps.length > 0) return known;
  return { ...known, id: known.id ?? provisionalId(known.reference), held: true };
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
  if (payments.length > 0)
    return payments.map(({ pspReference: psp, resultCode = 'Received' }) => ({
      kind: 'answer',
      step: { via: 'session', psp, result: resultCode, at },
    }));
  const [result, code] = sessionEnds[status ?? ''] ?? [];
  return result === undefined ? [] : [{ kind: 'answer', step: { via: 'session', result, code, at } }];
}

/** What a session that brought no payment ended as: result, and code of the refusal. */
const sessionEnds: Readonly<Record<string, readonly [result: string, code?: string]>> = {
  refused: ['Refused', '2'],
  canceled: ['Cancelled', '16'],
  expired: ['Cancelled', offerClosed],
  paymentPending: ['Pending'],
};
