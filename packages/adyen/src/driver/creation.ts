/** How a payment begins and goes on: what is sent to Adyen, and what its answers are as facts. */
import type { DriverConfirm, DriverCreate } from '@im/payments';
import type { PaymentResult } from '../model.ts';
import type { NewPayment } from '../operations/payments.ts';
import { refusalCode } from '../refusals.ts';
import { readMethod, readToken } from './method.ts';
import type { Asked, Fact, Step, StepAction } from './record.ts';
import { refusal } from './refuse.ts';
import { outcomeOf } from './render.ts';

/** What we ask for, as it is written down. */
export function askedOf({ amount, capture, customer, mandate, reference }: DriverCreate, now: number): Asked {
  const shopper = typeof mandate === 'object' ? readToken(mandate.id, customer).shopper : customer;
  return {
    minor: String(amount.minor),
    currency: amount.currency,
    capture,
    customer: shopper ?? (mandate === 'set_up' ? reference : undefined),
    at: now,
  };
}

/**
 * The payment as it is sent: redirects by GET, and 3-D Secure by redirect, since the port has addresses for customers and no scripts.
 *
 * @throws IntegrationError `invalid_argument` for a method that is none
 */
export function paymentOf(create: Omit<DriverCreate, 'confirm'>): NewPayment {
  const { reference, amount, capture, returnUrl, customer, mandate, description, method } = create;
  const charged = typeof mandate === 'object' ? mandate : undefined;
  const {
    paymentMethod,
    shopperReference = customer,
    extra,
  } = readMethod(charged?.id ?? method ?? '', customer);
  const shopper = shopperReference ?? (mandate === 'set_up' ? reference : undefined);
  const isStored = paymentMethod.storedPaymentMethodId !== undefined;
  return {
    reference,
    amount,
    paymentMethod,
    returnUrl,
    capture: capture === 'manual' ? 'manual' : 'immediate',
    ...(shopper !== undefined && { shopperReference: shopper }),
    ...(mandate === 'set_up' && {
      storePaymentMethod: true,
      recurringProcessingModel: 'UnscheduledCardOnFile' as const,
    }),
    ...(charged !== undefined && {
      shopperInteraction: 'ContAuth' as const,
      recurringProcessingModel: 'UnscheduledCardOnFile' as const,
    }),
    ...(charged === undefined &&
      isStored && {
        shopperInteraction: 'ContAuth' as const,
        recurringProcessingModel: 'CardOnFile' as const,
      }),
    ...(description !== undefined && { metadata: { description: description.slice(0, 80) } }),
    extra: {
      channel: 'Web',
      redirectToIssuerMethod: 'GET',
      redirectFromIssuerMethod: 'GET',
      ...(charged === undefined && {
        authenticationData: { threeDSRequestData: { nativeThreeDS: 'disabled' } },
      }),
      ...extra,
    },
  };
}

/** What an answer is as facts. */
export function factsOf(via: Step['via'], result: PaymentResult, now: number): readonly Fact[] {
  const { pspReference, resultCode, refusalReasonCode, refusalReason, additionalData } = result;
  const raw = additionalData.refusalReasonRaw;
  const step: Step = {
    via,
    psp: pspReference,
    result: resultCode,
    action: actionOf(result),
    ...(outcomeOf(resultCode) === 'refused' && {
      code: refusalCode({ resultCode, code: refusalReasonCode, reason: refusalReason, raw }),
    }),
    at: now,
  };
  const token =
    additionalData['tokenization.storedPaymentMethodId'] ??
    additionalData['recurring.recurringDetailReference'];
  const shopper =
    additionalData['tokenization.shopperReference'] ?? additionalData['recurring.shopperReference'];
  return [
    { kind: 'answer', step },
    ...(token === undefined ? [] : [{ kind: 'mandate', token, shopper } as const]),
  ];
}

function actionOf({ action }: PaymentResult): StepAction | undefined {
  if (action?.url === undefined || (action.method ?? 'GET') !== 'GET') return undefined;
  const isCard = action.type === 'threeDS2' || action.paymentMethodType === 'scheme';
  return action.type === 'redirect' || action.type === 'threeDS2'
    ? { kind: isCard ? 'three_d_secure' : 'redirect', url: action.url }
    : undefined;
}

/** Parameters of a return that belong into the details of a payment: https://docs.adyen.com/api-explorer/Checkout/latest/post/payments/details */
const detailNames = new Set([
  'redirectResult',
  'payload',
  'MD',
  'PaRes',
  'threeDSResult',
  'billingToken',
  'facilitatorAccessToken',
  'orderID',
  'payerID',
  'paymentID',
  'paymentStatus',
  'resultCode',
  'vaultToken',
  'oneTimePasscode',
  'authorization_token',
  'returnUrlQueryString',
]);

/** What the customer brought back, as Adyen takes it. `undefined`: nothing of it is for Adyen. */
export function detailsOf({ returned = {} }: DriverConfirm): Readonly<Record<string, string>> | undefined {
  const details = Object.entries(returned).filter(([name]) => detailNames.has(name));
  return details.length === 0 ? undefined : Object.fromEntries(details);
}

/** A reference stands for one payment. @throws IntegrationError `invalid_argument` */
export function sameAsked(known: Asked | undefined, asked: Asked): Asked {
  const isSame =
    known === undefined ||
    (known.minor === asked.minor && known.currency === asked.currency && known.capture === asked.capture);
  if (isSame) return known ?? asked;
  throw refusal(
    'invalid_argument',
    'reference_reused',
    'the reference stands for another payment',
    'give each payment a reference of its own',
  );
}
