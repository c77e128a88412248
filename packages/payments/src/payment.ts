/** What is known of a payment. */
import type { Decline } from './declines.ts';
import type { Money } from './money.ts';
import type { PaymentStatus } from './states.ts';

/** Money that was captured or given back. */
export interface Movement {
  readonly id: string;
  /** Our own name for it. Absent: the vendor does not keep one (`facts.references`). */
  readonly reference?: string | undefined;
  readonly amount: Money;
  /** `pending`: the vendor has taken it on, and the money counts as moved. */
  readonly status: 'pending' | 'succeeded' | 'failed';
}

/** What the customer, or the application, has to do before the payment goes on. */
export type NextAction =
  | { readonly kind: 'redirect' | 'three_d_secure'; readonly url: string }
  | { readonly kind: 'wait_for_webhook' };

/** A payment as a driver tells it. */
export interface DriverPayment {
  /** The vendor's id. */
  readonly id: string;
  /** Ours. */
  readonly reference: string;
  readonly status: PaymentStatus;
  /** What was asked for. */
  readonly amount: Money;
  /** Sum of what was captured, failed captures left out. */
  readonly captured: Money;
  /** Sum of what was given back or is on its way, failed refunds left out. */
  readonly refunded: Money;
  readonly captures: readonly Movement[];
  readonly refunds: readonly Movement[];
  readonly nextAction?: NextAction | undefined;
  /** Of a `failed` payment: the vendor's code. */
  readonly declineCode?: string | undefined;
  /** Instant at which the authorization ends, milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
  readonly customer?: string | undefined;
  /** To charge again with, where one was set up. */
  readonly mandate?: string | undefined;
}

type PaymentIn<Status extends PaymentStatus> = Status extends PaymentStatus
  ? Omit<DriverPayment, 'status' | 'declineCode'> & {
      readonly status: Status;
      /** Why it `failed`, where the vendor said so. */
      readonly decline?: Decline | undefined;
    }
  : never;

/** A payment. Looking at `status` narrows it, so that what its status forbids does not compile. */
export type Payment<Status extends PaymentStatus = PaymentStatus> = PaymentIn<Status>;
