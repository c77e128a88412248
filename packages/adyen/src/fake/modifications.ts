/** Changes of payments. Each is answered `received`; whether it was done stands in the event that it makes at once. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { capturedOf, type FakeAccount, type FakePayment, refundedOf } from './account.ts';
import { amountOf, type Body, bodyOf, refuse, textOf, type World } from './world.ts';

export function modificationRoutes(world: World) {
  const paymentOf = ({ params }: FakeRequest, account: FakeAccount): FakePayment =>
    account.payments.get(params.psp ?? '') ??
    refuse(422, '167', 'Original pspReference required for this operation');

  const received = (
    account: FakeAccount,
    { psp }: FakePayment,
    body: Body,
    more: Body = {},
  ): Body & { pspReference: string } => ({
    pspReference: world.psp(),
    paymentPspReference: psp,
    merchantAccount: account.merchantAccount,
    ...(textOf(body.reference) !== undefined && { reference: body.reference }),
    status: 'received',
    ...more,
  });

  const tell = (
    account: FakeAccount,
    eventCode: string,
    payment: FakePayment,
    pspReference: string,
    body: Body,
    problem: string | undefined,
    more: {
      readonly amount?: FakePayment['amount'];
      readonly additionalData?: Readonly<Record<string, string>>;
    } = {},
  ) =>
    world.tell(account, {
      eventCode,
      pspReference,
      originalReference: payment.psp,
      // Without a reference of its own a change goes by the payment's.
      merchantReference: textOf(body.reference) ?? payment.reference,
      amount: payment.amount,
      paymentMethod: payment.method,
      success: problem === undefined,
      reason: problem ?? '',
      ...more,
    });

  const failing = (account: FakeAccount, kind: 'capture' | 'refund' | 'cancel'): string | undefined => {
    if (account.failNext[kind] === 0) return undefined;
    account.failNext[kind] -= 1;
    return 'Refused by the acquirer';
  };

  const sameCurrency = (payment: FakePayment, currency: string) => {
    if (currency !== payment.amount.currency) refuse(422, '137', "Field 'amount' is not valid.");
  };

  const cancel = (account: FakeAccount, payment: FakePayment, psp: string, body: Body, eventCode: string) => {
    const problem =
      payment.status === 'cancelled'
        ? 'Transaction has already been cancelled'
        : capturedOf(payment) > 0
          ? 'Transaction has been captured'
          : payment.status === 'authorised' || payment.status === 'pending'
            ? failing(account, 'cancel')
            : 'Transaction is not authorised';
    if (problem === undefined) payment.status = 'cancelled';
    tell(account, eventCode, payment, psp, body, problem);
  };

  return {
    capture: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount);
      const payment = paymentOf(request, account);
      sameCurrency(payment, amount.currency);
      const left = payment.authorisedValue - capturedOf(payment);
      const problem =
        payment.status !== 'authorised'
          ? payment.status === 'cancelled'
            ? 'Transaction has been cancelled'
            : 'Transaction is not authorised, or expired'
          : amount.value > left
            ? 'Insufficient balance on payment'
            : failing(account, 'capture');
      const answer = received(account, payment, body, { amount });
      payment.captures.push({
        psp: answer.pspReference,
        reference: textOf(body.reference),
        value: amount.value,
        status: problem === undefined ? 'done' : 'refused',
      });
      if (problem === undefined && !account.multiplePartialCaptures)
        payment.authorisedValue = capturedOf(payment);
      tell(account, 'CAPTURE', payment, answer.pspReference, body, problem, { amount });
      return { status: 201, json: answer };
    },

    cancel: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const payment = paymentOf(request, account);
      const answer = received(account, payment, body);
      cancel(account, payment, answer.pspReference, body, 'CANCELLATION');
      return { status: 201, json: answer };
    },

    cancelByReference: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const paymentReference =
        textOf(body.paymentReference) ??
        refuse(422, '130', "Required field 'paymentReference' is not provided.");
      const pspReference = world.psp();
      const payment = [...account.payments.values()].findLast(
        ({ reference }) => reference === paymentReference,
      );
      if (payment !== undefined) cancel(account, payment, pspReference, body, 'TECHNICAL_CANCEL');
      for (const step of account.steps.values())
        if (step.reference === paymentReference && step.choice === undefined) step.choice = 'declined';
      const { paymentPspReference: _, ...answer } = received(account, { psp: '' } as FakePayment, body);
      return { status: 201, json: { ...answer, paymentReference, pspReference } };
    },

    refund: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount);
      const payment = paymentOf(request, account);
      sameCurrency(payment, amount.currency);
      const left = capturedOf(payment) - refundedOf(payment);
      const problem =
        capturedOf(payment) === 0
          ? "Transaction hasn't been captured, refund not possible"
          : amount.value > left
            ? 'Insufficient balance on payment'
            : failing(account, 'refund');
      const { merchantRefundReason } = body;
      const answer = received(account, payment, body, {
        amount,
        ...(merchantRefundReason !== undefined && { merchantRefundReason }),
      });
      payment.refunds.push({
        psp: answer.pspReference,
        reference: textOf(body.reference),
        value: amount.value,
        status: problem === undefined ? 'done' : 'refused',
      });
      tell(account, 'REFUND', payment, answer.pspReference, body, problem, { amount });
      return { status: 201, json: answer };
    },

    reverse: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const payment = paymentOf(request, account);
      const answer = received(account, payment, body);
      const captured = capturedOf(payment);
      const action = captured > 0 ? 'refund' : 'cancel';
      const problem =
        action === 'cancel'
          ? payment.status === 'authorised'
            ? undefined
            : 'Transaction is not authorised'
          : refundedOf(payment) > 0
            ? 'Transaction has been refunded'
            : undefined;
      if (problem === undefined && action === 'cancel') payment.status = 'cancelled';
      if (problem === undefined && action === 'refund')
        payment.refunds.push({
          psp: answer.pspReference,
          reference: textOf(body.reference),
          value: captured,
          status: 'done',
        });
      tell(account, 'CANCEL_OR_REFUND', payment, answer.pspReference, body, problem, {
        amount: {
          value: action === 'refund' ? captured : payment.amount.value,
          currency: payment.amount.currency,
        },
        additionalData: { 'modification.action': action },
      });
      return { status: 201, json: answer };
    },

    updateAmount: (request: FakeRequest, account: FakeAccount): FakeResponse => {
      const body = bodyOf(request, account);
      const amount = amountOf(body.amount);
      const payment = paymentOf(request, account);
      sameCurrency(payment, amount.currency);
      const problem =
        payment.status === 'authorised' && capturedOf(payment) === 0
          ? undefined
          : 'Transaction is not authorised';
      if (problem === undefined) payment.authorisedValue = amount.value;
      const reference = textOf(body.reference) ?? payment.reference;
      const answer = received(account, payment, { ...body, reference }, { amount });
      tell(account, 'AUTHORISATION_ADJUSTMENT', payment, answer.pspReference, body, problem, { amount });
      return { status: 201, json: answer };
    },
  };
}
