/**
 * What refusals of a payment mean. Two sources: `processor_response.response_code` of a card, as the processor gave it, and issues of an order that
 * say that this method cannot pay. What must not be told to whoever tries a stolen card reads like any decline.
 */
import type { DeclineCategory, DeclineMessageKey, DeclineRow, DeclineTable, RetryAdvice } from '@im/payments';

type Meaning = readonly [
  category: DeclineCategory,
  retry: RetryAdvice,
  messageKey: DeclineMessageKey,
  codes: string,
];

const meanings: readonly Meaning[] = [
  ['insufficient_funds', 'later', 'payment.declined.funds', '5120'],
  [
    'limit_exceeded',
    'later',
    'payment.declined.limit',
    '1310 5710 PPAI PPAX PPDT PPEL PPNL TRANSACTION_LIMIT_EXCEEDED TRANSACTION_RECEIVING_LIMIT_EXCEEDED MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED',
  ],
  [
    'expired_method',
    'never',
    'payment.declined.expired',
    '5400 PPEF CARD_EXPIRED REFERENCED_CARD_EXPIRED TOKEN_EXPIRED PPTE',
  ],
  [
    'incorrect_details',
    'correct',
    'payment.declined.details',
    `00N7 0890 1330 1335 1380 1382 5110 5130 5170 5190 5500 7900 PCVV PPAD PPAV PPC2 PPEX PPVE PPFV PPII
    PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED ALIAS_DECLINED_BY_PROCESSOR`,
  ],
  [
    'authentication_required',
    'authenticate',
    'payment.declined.authentication',
    '5650 7700 7710 PPD3 PCNR PAYER_ACTION_REQUIRED REDIRECT_PAYER_FOR_ALTERNATE_FUNDING',
  ],
  [
    'not_permitted',
    'never',
    'payment.declined.method',
    `0390 0580 1312 1352 1393 5135 5140 5160 5180 5210 5700 5900 5930 5950 6300 7800 8030 9540 PP06 PPRN PPAB PPAE PPAG PPBG PPCO PPCT PPCU
    PPDC PPDI PPFI PPFR PPMC PPNC PPPM PPQC PPSE PPTR PPTT PPTV PPUC PPUE PPUI PPUP PPVC PPVT
    PAYER_CANNOT_PAY PAYER_ACCOUNT_RESTRICTED PAYER_ACCOUNT_LOCKED_OR_CLOSED COMPLIANCE_VIOLATION CARD_BRAND_NOT_SUPPORTED
    CARD_TYPE_NOT_SUPPORTED PAYMENT_SOURCE_CANNOT_BE_USED PAYMENT_SOURCE_NOT_SUPPORTED AGREEMENT_ALREADY_CANCELLED
    BILLING_AGREEMENT_NOT_FOUND TOKEN_ID_NOT_FOUND DOMESTIC_TRANSACTION_REQUIRED`,
  ],
  ['lost_or_stolen', 'never', 'payment.declined', '5150 9520 9530'],
  [
    'suspected_fraud',
    'never',
    'payment.declined',
    '9500 9510 PPSC TRANSACTION_BLOCKED_BY_PAYEE PAYEE_BLOCKED_TRANSACTION',
  ],
  [
    'issuer_unavailable',
    'soon',
    'payment.declined.try_again',
    '0800 0880 0960 1360 5920 8000 8010 8100 8110 8220 9100 PPER PPNT PPH1',
  ],
  ['issuer_unavailable', 'later', 'payment.declined.try_again', '5910'],
  [
    'unspecified',
    'later',
    'payment.declined',
    `0100 0500 0R00 1000 10BR 1300 1317 1320 1340 1350 1370 1384 1390 5100 5200 5800 7600 8020 9600 PPAR PPAU PPCE PPCR PPDV PPFE PPGR PPIF
    PPIM PPIT PPLR PPLS PPMB PPMD PPNM PPPH PPPI PPRE PPRF PPRR PPS0 PPS1 PPS2 PPS3 PPS4 PPS5 PPS6 PPSD PPTF PPTI PPUA PPUR
    INSTRUMENT_DECLINED PAYMENT_SOURCE_DECLINED_BY_PROCESSOR TRANSACTION_REFUSED PAYMENT_DENIED DECLINED_DUE_TO_RELATED_TXN DECLINED DENIED
    FAILED`,
  ],
];

/** Every code that PayPal documents, and every issue that declines. */
export const paypalDeclines: DeclineTable = {
  docs: 'https://developer.paypal.com/docs/api/orders/v2/#definition-processor_response',
  rows: Object.fromEntries(
    meanings.flatMap(([category, retry, messageKey, codes]) =>
      codes
        .trim()
        .split(/\s+/)
        .map((code): [string, DeclineRow] => [code, { category, retry, messageKey }]),
    ),
  ),
};
