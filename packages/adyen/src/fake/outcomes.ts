/** How payments end: authorized or refused, at once or after a step of the shopper. */
import type { WireAmount } from '../money.ts';
import type { FakeAccount, FakePayment, PendingStep } from './account.ts';
import type { Refusal, TestCard } from './cards.ts';
import { storeToken } from './tokens.ts';
import type { Body, World } from './world.ts';

/** Authorizes or refuses, and tells it. */
export function conclude(
  world: World,
  account: FakeAccount,
  payment: FakePayment,
  refusal: Refusal | undefined,
  body: Body,
  card?: TestCard,
): FakePayment {
  const { psp, reference, amount, method } = payment;
  payment.refusal = refusal;
  payment.status = refusal === undefined ? 'authorised' : 'refused';
  if (refusal === undefined) {
    payment.authorisedAt = world.clock.now();
    if (payment.captureDelayMs === 0)
      payment.captures.push({ psp, reference: undefined, value: amount.value, status: 'done' });
  }
  world.tell(account, {
    eventCode: 'AUTHORISATION',
    pspReference: psp,
    success: refusal === undefined,
    merchantReference: reference,
    amount,
    paymentMethod: method,
    ...(refusal === undefined
      ? { operations: ['CANCEL', 'CAPTURE', 'REFUND'], reason: '123456:1111:03/2030' }
      : { reason: refusal.reason }),
    ...(refusal !== undefined &&
      account.rawResponse !== undefined && { additionalData: { refusalReasonRaw: account.rawResponse } }),
  });
  if (refusal === undefined && body.storePaymentMethod === true && card !== undefined)
    storeToken(world, account, payment, card);
  return payment;
}

/** The answer about a payment that has come to an end. */
export function answerOf(account: FakeAccount, payment: FakePayment): Body {
  const { psp, reference, amount, refusal, method, shopper, status } = payment;
  if (status === 'pending') return { pspReference: psp, resultCode: 'Pending', merchantReference: reference };
  if (refusal !== undefined)
    return {
      pspReference: psp,
      resultCode: refusal.resultCode,
      refusalReason: refusal.reason,
      refusalReasonCode: refusal.code,
      merchantReference: reference,
      ...(account.rawResponse !== undefined && { additionalData: { refusalReasonRaw: account.rawResponse } }),
    };
  const token = [...account.tokens.values()].find((one) => one.firstPsp === psp);
  return {
    pspReference: psp,
    resultCode: 'Authorised',
    merchantReference: reference,
    amount,
    paymentMethod: { type: method === 'ideal' ? 'ideal' : 'scheme', brand: method },
    ...(token !== undefined &&
      shopper !== undefined && {
        additionalData: {
          'tokenization.storedPaymentMethodId': token.id,
          'tokenization.shopperReference': shopper,
          'tokenization.store.operationType': 'created',
        },
      }),
    donationToken: `donation-${psp}`,
  };
}

/** Asks the shopper for something. */
export function openStep(
  world: World,
  account: FakeAccount,
  body: Body,
  amount: WireAmount,
  kind: PendingStep['kind'],
  authorise: PendingStep['authorise'],
): PendingStep {
  const step: PendingStep = {
    token: `step${world.psp()}`,
    kind,
    reference: String(body.reference),
    amount,
    returnUrl: String(body.returnUrl),
    startedAt: world.clock.now(),
    authorise,
    choice: undefined,
    payment: undefined,
  };
  account.steps.set(step.token, step);
  return step;
}

/** The action that sends the shopper to a page of this fake. */
export function redirectTo(world: World, account: FakeAccount, { token }: PendingStep, type: string): Body {
  return {
    type: 'redirect',
    paymentMethodType: type,
    method: 'GET',
    url: `${world.base}/fake/redirect/${account.tenant}/${token}`,
  };
}

/** The shopper chooses. A bank authorizes at once; after 3-D Secure the merchant has to go on. @returns what the shopper brings back */
export function choose(step: PendingStep, approved: boolean): Readonly<Record<string, string>> {
  if (step.choice === undefined) {
    step.choice = approved ? 'approved' : 'declined';
    if (step.kind === 'redirect') step.payment = step.authorise(approved);
  }
  return { redirectResult: step.token };
}
