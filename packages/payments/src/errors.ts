/** Makes every failure say which gateway, which operation and which payment. */
import { errorCode, IntegrationError, type IntegrationErrorFields, isIntegrationError } from '@im/core';

/** Where a failure happened. */
export interface Place {
  readonly driver: string;
  /** The user's own name for the gateway. */
  readonly gateway: string;
  readonly operation: string;
  /** Our name for what is done. */
  readonly reference?: string | undefined;
  /** The vendor's id of the payment. */
  readonly payment?: string | undefined;
}

const completed = new WeakSet<object>();

/** An error of the gateway itself. */
export function paymentError(
  says: string,
  place: Place,
  fields: IntegrationErrorFields,
  options?: ErrorOptions,
) {
  const error = new IntegrationError(
    `${says} (${whereIs(place)})`,
    { ...fields, provider: place.driver, operation: place.operation },
    options,
  );
  completed.add(error);
  return error;
}

/** Wraps what a driver or a state store threw, once. The signal's reason passes as it is. `fields` win over what it said. */
export function completeError(
  error: unknown,
  place: Place,
  signal: AbortSignal,
  fields: Partial<IntegrationErrorFields> = {},
): unknown {
  if (signal.aborted && (error === signal.reason || errorCode(error) === 'cancelled')) return signal.reason;
  if (typeof error === 'object' && error !== null && completed.has(error)) return error;
  if (!isIntegrationError(error))
    return paymentError(
      'the driver failed in a way it does not know',
      place,
      { code: 'unknown', effect: 'unknown', ...fields },
      { cause: error },
    );
  return paymentError(bareMessage(error), place, { ...error, ...fields }, { cause: error.cause ?? error });
}

/** The message without the place before it and the remedy behind it, which the new one gets again. */
function bareMessage({ message, provider, operation, remedy }: IntegrationError): string {
  const before =
    provider === undefined ? '' : `${operation === undefined ? provider : `${provider}.${operation}`}: `;
  const behind = remedy === undefined ? '' : `; ${remedy}`;
  const start = message.startsWith(before) ? before.length : 0;
  return message.slice(start, message.endsWith(behind) ? message.length - behind.length : undefined);
}

function whereIs({ driver, gateway, reference, payment }: Place): string {
  return [
    ...(reference === undefined ? [] : [`reference ${JSON.stringify(reference)}`]),
    ...(payment === undefined ? [] : [`payment ${JSON.stringify(payment)}`]),
    `gateway ${gateway === driver ? driver : gateway}`,
  ].join(', ');
}
