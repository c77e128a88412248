/** Makes every failure say which store, which operation and which key. */
import { errorCode, IntegrationError, isIntegrationError } from '@im/core';

/** Where a failure happened. */
export interface Place {
  /** The driver's name, and the user's own where it differs. */
  readonly driver: string;
  readonly store: string;
  readonly operation: string;
  readonly key?: string | undefined;
}

const completed = Symbol('completed');

/** Wraps what a driver threw, once. The signal's reason passes as it is. */
export function completeError(error: unknown, place: Place, signal?: AbortSignal): unknown {
  if (signal?.aborted && (error === signal.reason || errorCode(error) === 'cancelled')) return signal.reason;
  if (typeof error === 'object' && error !== null && completed in error) return error;
  const known = isIntegrationError(error) ? error : undefined;
  const says = known === undefined ? 'the driver failed in a way it does not know' : bareMessage(known);
  return placed(
    new IntegrationError(
      `${says} (${whereIs(place)})`,
      { code: 'unknown', effect: 'unknown', ...known, provider: place.driver, operation: place.operation },
      { cause: known?.cause ?? error },
    ),
    place,
  );
}

/** An error of the portable store itself. */
export function storeError(
  says: string,
  place: Place,
  fields: ConstructorParameters<typeof IntegrationError>[1],
  options?: ErrorOptions,
): IntegrationError {
  return placed(
    new IntegrationError(
      `${says} (${whereIs(place)})`,
      { ...fields, provider: place.driver, operation: place.operation },
      options,
    ),
    place,
  );
}

function placed(error: IntegrationError, place: Place): IntegrationError {
  return Object.defineProperties(error, {
    [completed]: { value: true },
    [failedStore]: { value: place.store, configurable: true },
  });
}

/** Property of an error that holds the name of the store that failed. */
export const failedStore: unique symbol = Symbol.for('@im/storage.failedStore');

/** Name of the store whose failure it is, where that is known. */
export function storeOfError(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && failedStore in error
    ? String(error[failedStore])
    : undefined;
}

function whereIs({ driver, store, key }: Place): string {
  const where = store === driver ? `store ${driver}` : `store ${store}`;
  return key === undefined ? where : `key ${shown(key)}, ${where}`;
}

/** Long keys are cut: a message is for people. */
function shown(key: unknown): string {
  const text = JSON.stringify(key) ?? String(key);
  return text.length > 120 ? `${text.slice(0, 117)}…"` : text;
}

/** The message without the place before it and the remedy behind it, which the new one gets again. */
export function bareMessage({ message, provider, operation, remedy }: IntegrationError): string {
  const before =
    provider === undefined ? '' : `${operation === undefined ? provider : `${provider}.${operation}`}: `;
  const behind = remedy === undefined ? '' : `; ${remedy}`;
  const start = message.startsWith(before) ? before.length : 0;
  return message.slice(start, message.endsWith(behind) ? message.length - behind.length : undefined);
}

/** Settles as `promise` does, or with the signal's reason as soon as it is aborted. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) {
    promise.catch(ignoreAfterAbort);
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The caller was told of the abort; what the driver says of it afterwards has no reader. */
function ignoreAfterAbort(): void {}
