/** Payments and their details, as the Checkout API makes them. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { WireAmount } from '../money.ts';
import type { FakeAccount, FakePayment } from './account.ts';
import { cardKinds, cardRefusal, decryptField, refusalBy, steeredRefusal, type TestCard } from './cards.ts';
import { payFromOrder } from './orders.ts';
import { answerOf, conclude, openStep, redirectTo } from './outcomes.ts';
import { amountOf, type Body, bodyOf, isObject, parse, refuse, textOf, type World } from './world.ts';

/** Methods at which the shopper goes to a bank's or wallet's page. */
const redirects = new Set([
  'ideal',
  'paypal',
  'klarna',
  'klarna_account',
  'klarna_paynow',
  'onlineBanking_PL',
  'trustly',
  'eps',
  'mobilepay',
  'vipps',
]);
/** Methods at which the shopper does something on a phone. */
const awaits = new Set(['mbway', 'blik', 'bcmc_mobile']);
/** Methods that are paid later, by a voucher or a bank transfer. */
const vouchers = new Set(['multibanco', 'boletobancario', 'doku_alfamart']);
const transfers = new Set(['bankTransfer_IBAN', 'sepadirectdebit', 'directdebit_GB']);

const hourMs = 3_600_000;

export function paymentRoutes(world: World) {
  return {
    payments: (request: FakeRequest, account: FakeAccount): FakeResponse =>
      pay(world, account, bodyOf(request, account)),
    details: (request: FakeRequest, account: FakeAccount): FakeResponse => finish(account, parse(request)),
  };
}

/** `POST /payments` */
function pay(world: World, account: FakeAccount, body: Body): FakeResponse {
  const amount = amountOf(body.amount, 0);
  if (textOf(body.reference) === undefined) refuse(422, '130', "Required field 'reference' is not provided.");
  if (textOf(body.returnUrl) === undefined) refuse(422, '14_030', 'Return URL is missing.');
  const { paymentMethod } = body;
  if (!isObject(paymentMethod))
    return refuse(422, '14_006', "Required object 'paymentMethod' is not provided.");
  const order = body.order === undefined ? undefined : payFromOrder(account, body.order, amount);
  return { json: startPayment(world, account, body, amount, order) };
}

/** Makes a payment out of a request, or out of what was chosen on a page. @returns the answer */
export function startPayment(
  world: World,
  account: FakeAccount,
  body: Body,
  amount: WireAmount,
  order?: string,
): Body {
  const method = body.paymentMethod as Body;
  const type = textOf(method.type) ?? refuse(422, '14_004', 'Missing payment method details');
  const reference = String(body.reference);
  const begin = (variant: string): FakePayment => {
    const payment: FakePayment = {
      psp: world.psp(),
      reference,
      amount,
      method: variant,
      shopper: textOf(body.shopperReference),
      status: 'pending',
      authorisedAt: undefined,
      refusal: undefined,
      captureDelayMs: captureDelayOf(body),
      authorisedValue: amount.value,
      captures: [],
      refunds: [],
      settled: 0,
      order,
    };
    account.payments.set(payment.psp, payment);
    return payment;
  };
  const waits = (resultCode: string, action?: Body): Body => {
    const { psp } = begin(type);
    return { pspReference: psp, resultCode, merchantReference: reference, ...(action && { action }) };
  };
  if (redirects.has(type)) {
    const step = openStep(world, account, body, amount, 'redirect', (approved) =>
      conclude(world, account, begin(type), approved ? undefined : refusalBy('16'), body),
    );
    return { resultCode: 'RedirectShopper', action: redirectTo(world, account, step, type) };
  }
  if (awaits.has(type))
    return waits('Pending', { type: 'await', paymentMethodType: type, paymentData: `await-${reference}` });
  if (vouchers.has(type))
    return waits('PresentToShopper', {
      type: 'voucher',
      paymentMethodType: type,
      reference: '5012 456 789',
      totalAmount: amount,
      initialAmount: amount,
      expiresAt: new Date(world.clock.now() + 72 * hourMs).toISOString(),
      merchantName: account.merchantAccount,
    });
  if (transfers.has(type)) return waits('Received');
  return payByCard(world, account, body, amount, method, begin);
}

function payByCard(
  world: World,
  account: FakeAccount,
  body: Body,
  amount: WireAmount,
  method: Body,
  begin: (variant: string) => FakePayment,
): Body {
  const card = cardOf(account, body, method);
  const kind = cardKinds[card.number] ?? { brand: 'visa', country: 'NL' };
  const { additionalData } = body;
  const requested = isObject(additionalData)
    ? String(additionalData.RequestedTestAcquirerResponseCode ?? '')
    : '';
  const refusal = steeredRefusal(card.holderName ?? '', requested) ?? cardRefusal(card, world.clock.now());
  const isWithShopper = body.shopperInteraction !== 'ContAuth';
  if (kind.threeDSecure === true && isWithShopper && refusal === undefined) {
    const payment = begin(kind.brand);
    const step = openStep(world, account, body, amount, 'three_d_secure', (approved) =>
      conclude(world, account, payment, approved ? undefined : refusalBy('11'), body, card),
    );
    return {
      pspReference: payment.psp,
      resultCode: 'RedirectShopper',
      action: redirectTo(world, account, step, 'scheme'),
    };
  }
  return answerOf(account, conclude(world, account, begin(kind.brand), refusal, body, card));
}

/** The card of a request: encrypted, or stored. */
function cardOf(account: FakeAccount, body: Body, method: Body): TestCard {
  const stored = textOf(method.storedPaymentMethodId) ?? textOf(method.recurringDetailReference);
  if (stored !== undefined) {
    const token = account.tokens.get(stored);
    if (token === undefined || token.shopper !== body.shopperReference)
      return refuse(422, '803', 'PaymentDetail not found');
    return token;
  }
  if (method.type !== 'scheme' && method.type !== 'bcmc')
    return { number: '4111111111111111', expiryMonth: '03', expiryYear: '2030' };
  if (method.number !== undefined) return refuse(403, '010', 'Not allowed', 'security');
  const number = decryptField(method.encryptedCardNumber);
  if (number === undefined) return refuse(422, '174', 'Unable to decrypt data');
  return {
    number,
    expiryMonth: decryptField(method.encryptedExpiryMonth),
    expiryYear: decryptField(method.encryptedExpiryYear),
    cvc: decryptField(method.encryptedSecurityCode),
    holderName: textOf(method.holderName),
  };
}

/** Milliseconds after which it is captured by itself; `undefined`: by hand. */
function captureDelayOf(body: Body): number | undefined {
  const { additionalData, captureDelayHours, manualCapture } = body;
  const isManual =
    (isObject(additionalData) && String(additionalData.manualCapture) === 'true') || manualCapture === true;
  if (isManual) return undefined;
  if (typeof captureDelayHours !== 'number') return 0;
  if (captureDelayHours < 0 || captureDelayHours > 672)
    return refuse(422, '164', 'Auto capture delay invalid or out of range');
  return captureDelayHours * hourMs;
}

/** `POST /payments/details` */
function finish(account: FakeAccount, body: Body): FakeResponse {
  const { details } = body;
  if (!isObject(details)) return refuse(422, '14_004', 'Missing payment method details');
  const step = account.steps.get(textOf(details.redirectResult) ?? textOf(details.payload) ?? '');
  if (step?.choice === undefined) return refuse(422, '14_018', 'Invalid payload provided');
  step.payment ??= step.authorise(step.choice === 'approved');
  return { json: answerOf(account, step.payment) };
}
