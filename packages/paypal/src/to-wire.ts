/** Our arguments in the vendor's spelling: the way back from `wire/common.ts`. */
import { VendorError } from '@im/core';
import { isMoney, refuseCardData } from '@im/payments';
import { toDecimal } from './money.ts';

/** Fields of the vendor's own spelling, sent along as they are: for what this package has no name for. Never card data. */
export interface VendorFields {
  readonly vendor?: Readonly<Record<string, unknown>> | undefined;
}

/** `createTime` → `create_time`, `addressLine1` → `address_line_1`. `p24` is a name by itself. */
const toSnake = (name: string): string =>
  name === 'p24' ? name : name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);

/**
 * Turns arguments into what is sent: names in the vendor's spelling, amounts as decimals, `vendor` merged in. Card numbers and security codes are
 * refused wherever they stand: PayPal's own fields collect them.
 *
 * @throws {@link IntegrationError} `invalid_argument`, reason `card_data`; VendorError `invalid_argument` for an amount that PayPal cannot have
 */
export function toWire(input: object, operation: string): Record<string, unknown> {
  refuseCardData(input, 'paypal', operation);
  return convert(input) as Record<string, unknown>;
}

function convert(value: unknown): unknown {
  if (isMoney(value)) return { currency_code: value.currency, value: toDecimal(value) };
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  const { vendor, ...fields } = value as VendorFields & Record<string, unknown>;
  const named = Object.entries(fields).flatMap(([name, inner]) =>
    inner === undefined ? [] : [[toSnake(name), convert(inner)] as const],
  );
  return { ...Object.fromEntries(named), ...vendor };
}

/** One change of a resource, as JSON Patch has it: https://www.rfc-editor.org/rfc/rfc6902 */
export interface Patch {
  readonly op: 'add' | 'replace' | 'remove';
  /** A JSON pointer in the vendor's spelling: `/purchase_units/@reference_id=='default'/amount`. */
  readonly path: string;
  /** In our spelling; a plain value as it is. Absent for `remove`. */
  readonly value?: unknown;
}

/** A change of one field that is there already; made twice, it has the same result. */
export type Replacement = Omit<Patch, 'op'>;

/** Patches as they are sent. @throws VendorError `invalid_argument` for none */
export function toPatches(changes: readonly (Patch | Replacement)[], operation: string): unknown[] {
  if (changes.length === 0)
    throw new VendorError({ sent: false, code: 'invalid_argument', says: 'takes one change or more' });
  return changes.map((change) => ({
    op: 'op' in change ? change.op : 'replace',
    path: change.path,
    ...toWire({ value: change.value }, operation),
  }));
}
