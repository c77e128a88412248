/** How the driver changes a payment: what it needs is reserved, then it is sent, then the answer is written down. */
import { isIntegrationError } from '@im/core';
import type { DriverPayment, MovingCall, PaymentDriver } from '@im/payments';
import type { AdyenClient } from '../connect.ts';
import type { Modification } from '../model.ts';
import type { OpenBooks } from './begin.ts';
import { type Change, isKnown, noPayment, release, reserve } from './changes.ts';
import { addFact, type Fact, type PaymentRecord } from './record.ts';
import { authorizationsOf } from './render.ts';

/** One change of one payment. */
interface Modify {
  readonly change: Change;
  /** @param psp the authorization, where there is one */
  readonly send: (psp: string | undefined, record: PaymentRecord) => Promise<Modification | undefined>;
  readonly factOf: (told: Modification | undefined) => Fact;
}

export function modifying(
  client: AdyenClient,
  open: OpenBooks,
): Pick<PaymentDriver, 'capture' | 'refund' | 'void'> {
  const modify = async (
    id: string,
    { change, send, factOf }: Modify,
    call: MovingCall,
  ): Promise<DriverPayment> => {
    const { records, rules, give } = await open(call);
    const known = await records.find(id);
    if (known === undefined) throw noPayment();
    const { reference } = known;
    let isAgain = false;
    const record = await records.change(reference, (one) => {
      isAgain = isKnown(one, change);
      return reserve(one, change, rules());
    });
    try {
      const fact = factOf(await send(authorizationsOf(record)[0]?.psp, record));
      return give(await records.change(reference, (one) => addFact(release(one, change), fact)));
    } catch (error) {
      // Of a repetition a refusal says nothing: the first one may have been taken.
      if (!isAgain && isIntegrationError(error) && error.effect === 'none')
        await records.change(reference, (one) => release(one, change));
      throw error;
    }
  };

  return {
    capture: (id, { reference, amount, final }, call) =>
      modify(
        id,
        {
          change: { kind: 'capture', reference, minor: amount.minor, final },
          send: (psp) => client.capturePayment(needed(psp), { reference, amount }, call),
          factOf: (told) => moved('capture', told, { reference, final, amount }),
        },
        call,
      ),

    refund: (id, { reference, amount, reason }, call) =>
      modify(
        id,
        {
          change: { kind: 'refund', reference, minor: amount.minor },
          send: (psp) => {
            const merchantRefundReason = refundReason(reason);
            return client.refundPayment(needed(psp), { reference, amount, merchantRefundReason }, call);
          },
          factOf: (told) => moved('refund', told, { reference, amount }),
        },
        call,
      ),

    void: (id, reference, call) =>
      modify(
        id,
        {
          change: { kind: 'void', reference, minor: 0n },
          send: async (psp, record) => {
            if (psp !== undefined) return client.cancelPayment(psp, { reference }, call);
            // What was never sent is let go by ourselves; what may be authorized yet is cancelled by its name.
            if (record.held === true) return undefined;
            return client.cancelByReference(record.reference, { reference }, call);
          },
          factOf: (told) => ({ kind: 'cancel', psp: told?.pspReference ?? 'own', fate: 'received' }),
        },
        call,
      ),
  };
}

/** What is not there was refused before: the payment would not have allowed the change. */
function needed<Value>(value: Value | undefined): Value {
  if (value === undefined) throw noPayment();
  return value;
}

function moved(
  move: 'capture' | 'refund',
  told: Modification | undefined,
  asked: Pick<Change, 'reference' | 'final'> & { readonly amount: DriverPayment['amount'] },
): Fact {
  const { pspReference: psp, amount = asked.amount } = needed(told);
  const { minor, currency } = amount;
  const { reference, final } = asked;
  return { kind: 'move', psp, move, fate: 'received', minor: String(minor), currency, reference, final };
}

/** Adyen takes five: https://docs.adyen.com/api-explorer/Checkout/latest/post/payments/(paymentPspReference)/refunds */
const refundReasons = ['FRAUD', 'CUSTOMER REQUEST', 'RETURN', 'DUPLICATE', 'OTHER'] as const;

function refundReason(reason: string | undefined): (typeof refundReasons)[number] | undefined {
  if (reason === undefined) return undefined;
  const said = reason.toUpperCase().replace(/[_-]/g, ' ');
  return refundReasons.find((one) => one === said) ?? 'OTHER';
}
