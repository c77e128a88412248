/** What the routes of the fake share: references, events, refusals, the passing of time. */
import type { Clock } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';
import { wireAmount } from '../money.ts';
import { capturedOf, type FakeAccount, type FakeItem, type FakePayment } from './account.ts';

export interface World {
  readonly clock: Clock;
  /** `http://127.0.0.1:1234` */
  base: string;
  /** Makes a `pspReference`: 16 capitals and digits, of which no run is a number. */
  psp(): string;
  /** Tells something by webhook. */
  tell(account: FakeAccount, item: Told): void;
}

/** What an event says beyond what all say. */
export interface Told {
  readonly eventCode: string;
  readonly pspReference: string;
  readonly success?: boolean;
  readonly originalReference?: string | undefined;
  readonly merchantReference?: string | undefined;
  readonly amount?: { readonly value: number; readonly currency: string };
  readonly paymentMethod?: string | undefined;
  readonly reason?: string;
  readonly additionalData?: Readonly<Record<string, string>>;
  readonly operations?: readonly string[];
}

const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';

export function createWorld(
  clock: Clock,
  seed: number,
  push: (account: FakeAccount, item: FakeItem) => void,
): World {
  let state = (seed * 2_654_435_761) >>> 0;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  let count = 0;
  return {
    clock,
    base: '',
    psp: () => {
      count += 1;
      const tail = count
        .toString(36)
        .toUpperCase()
        .padStart(5, 'Z')
        .replace(/\d/g, (digit) => alphabet.charAt(Number(digit)));
      const head = Array.from({ length: 10 }, () => `${alphabet.charAt(next(20))}`).join('');
      return `${head}${next(10)}${tail}`.slice(0, 16);
    },
    tell: (account, told) => {
      const {
        success = true,
        amount = { value: 0, currency: 'EUR' },
        merchantReference = '',
        reason = '',
        ...rest
      } = told;
      const item: FakeItem = {
        ...rest,
        amount,
        eventDate: new Date(clock.now()).toISOString(),
        merchantAccountCode: account.merchantAccount,
        merchantReference,
        reason,
        success: success ? 'true' : 'false',
      };
      account.events.push(item);
      push(account, item);
    },
  };
}

/** An error as Adyen's services answer it. */
export function refusal(
  status: number,
  errorCode: string,
  message: string,
  errorType = 'validation',
): FakeResponse {
  return { status, json: { status, errorCode, message, errorType } };
}

/** Ends a request with an error, from however deep. */
export function refuse(status: number, errorCode: string, message: string, errorType?: string): never {
  throw refusal(status, errorCode, message, errorType);
}

export type Body = Readonly<Record<string, unknown>>;

/** The body as an object, of the account's merchant account. */
export function bodyOf(request: FakeRequest, account: FakeAccount, name = 'merchantAccount'): Body {
  const body = parse(request);
  if (body[name] !== account.merchantAccount) refuse(403, '901', 'Invalid Merchant Account', 'security');
  return body;
}

export function parse(request: FakeRequest): Body {
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(request.body).toString('utf8'));
  } catch {
    return refuse(400, '702', 'Unexpected input');
  }
  return isObject(body) ? body : refuse(400, '702', 'Unexpected input');
}

export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A positive amount in a currency that Adyen lists. */
export function amountOf(value: unknown, atLeast = 1) {
  if (value === undefined) return refuse(422, '100', "Required object 'amount' is not provided.");
  const { data } = wireAmount.safeParse(value);
  if (data === undefined || data.value < atLeast) return refuse(422, '137', "Field 'amount' is not valid.");
  if (!currencies.test(data.currency)) return refuse(422, '138', 'Unsupported currency specified');
  return { currency: data.currency, value: data.value };
}
const currencies = /^[A-Z]{3}$/;

/** 28 days: https://docs.adyen.com/online-payments/capture */
export const authorizationMs = 28 * 86_400_000;

/** What has become due: captures by themselves, authorizations that end. */
export function passTime(world: World, account: FakeAccount): void {
  const now = world.clock.now();
  for (const payment of account.payments.values()) {
    const { status, authorisedAt, captureDelayMs, psp, reference, method } = payment;
    if (status !== 'authorised' || authorisedAt === undefined) continue;
    if (
      captureDelayMs !== undefined &&
      captureDelayMs > 0 &&
      now >= authorisedAt + captureDelayMs &&
      payment.captures.length === 0
    ) {
      const capture = {
        psp: world.psp(),
        reference,
        value: payment.authorisedValue,
        status: 'done' as const,
      };
      payment.captures.push(capture);
      world.tell(account, {
        eventCode: 'CAPTURE',
        pspReference: capture.psp,
        originalReference: psp,
        merchantReference: reference,
        amount: { value: capture.value, currency: payment.amount.currency },
        paymentMethod: method,
      });
    }
    if (
      capturedOf(payment) < payment.authorisedValue &&
      captureDelayMs === undefined &&
      now >= authorisedAt + authorizationMs
    )
      expire(world, account, payment);
  }
}

function expire(world: World, account: FakeAccount, payment: FakePayment): void {
  const captured = capturedOf(payment);
  payment.authorisedValue = captured;
  if (captured === 0) payment.status = 'expired';
  world.tell(account, {
    eventCode: 'EXPIRE',
    pspReference: payment.psp,
    merchantReference: payment.reference,
    amount: payment.amount,
    paymentMethod: payment.method,
  });
}
