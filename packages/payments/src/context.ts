/** What the operations of one gateway share. */
import { type Clock, type StateStore, unlessAborted } from '@im/core';
import type { DriverCall, PaymentDriver } from './driver.ts';
import { completeError, type Place } from './errors.ts';

/** Something that somebody has to look at: money may not be where it should be. */
export interface PaymentAlert {
  /** `integrity`: an answer or event is not about what was asked. `contradiction`: two statuses of which neither follows from the other. */
  readonly kind: 'integrity' | 'contradiction';
  readonly gateway: string;
  readonly operation: string;
  readonly reference?: string | undefined;
  readonly payment?: string | undefined;
  readonly says: string;
}

/** One gateway's settings, complete. */
export interface GatewayContext {
  readonly driver: PaymentDriver;
  readonly name: string;
  /** Of this gateway alone. */
  readonly state: StateStore;
  readonly clock: Clock;
  readonly settleMs: number;
  readonly onAlert: (alert: PaymentAlert) => void;
  /** Decline codes that the table does not know, and how often each came. */
  readonly unmapped: Map<string, number>;
}

/** Where an operation stands. */
export function placeOf(
  context: Pick<GatewayContext, 'driver' | 'name'>,
  operation: string,
  more: Pick<Place, 'reference' | 'payment'> = {},
): Place {
  return { driver: context.driver.name, gateway: context.name, operation, ...more };
}

const never = new AbortController().signal;

/** The caller's signal, or one that nobody aborts. */
export function signalOf(call: { readonly signal?: AbortSignal | undefined } | undefined): AbortSignal {
  return call?.signal ?? never;
}

/** Runs I/O so that an abort ends the wait at once and every failure says where it happened. */
export async function run<Value>(
  place: Place,
  signal: AbortSignal,
  work: (call: DriverCall) => Promise<Value>,
): Promise<Value> {
  try {
    signal.throwIfAborted();
    return await unlessAborted(work({ signal }), signal === never ? undefined : signal);
  } catch (error) {
    throw completeError(error, place, signal);
  }
}
