/** Values as tables of the fake keep them, and as BigQuery writes them. Kept are plain values by column; a time is text. */
import { isObject } from '../../common/fake/service.ts';
import type { Field } from '../model/values.ts';

/** A row as it is kept. */
export type FakeRow = Readonly<Record<string, unknown>>;

/** How times are written. */
export interface CellFormat {
  /** As whole microseconds, rather than as seconds with a fraction. */
  readonly useInt64Timestamp: boolean;
}

/** `{ f: [{ v }] }`, every value text. */
export function rowJson(row: FakeRow, fields: readonly Field[], format: CellFormat): object {
  return { f: fields.map((field) => ({ v: cellOf(row[field.name], field, format) })) };
}

function cellOf(value: unknown, field: Field, format: CellFormat): unknown {
  if (field.mode !== 'repeated') return oneOf(value, field, format);
  return (Array.isArray(value) ? value : []).map((item: unknown) => ({ v: oneOf(item, field, format) }));
}

function oneOf(value: unknown, field: Field, format: CellFormat): unknown {
  if (value === null || value === undefined) return null;
  if (field.type === 'STRUCT') return rowJson(isObject(value) ? value : {}, field.fields ?? [], format);
  if (field.type === 'TIMESTAMP') return timestampOf(String(value), format);
  if (field.type === 'JSON') return JSON.stringify(value);
  return String(value);
}

function timestampOf(text: string, { useInt64Timestamp }: CellFormat): string {
  const microseconds = microsecondsOf(text) ?? 0n;
  if (useInt64Timestamp) return String(microseconds);
  return `${Number(microseconds) / 1_000_000}`;
}

/** Microseconds since 1970 of a time by RFC 3339; a blank for the `T` and no zone are taken too, as UTC. */
export function microsecondsOf(text: string): bigint | undefined {
  const [, date, time, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\d*\s?(Z|UTC|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const at = Date.parse(`${date}T${time}${zone === 'UTC' ? 'Z' : zone}`);
  return Number.isNaN(at) ? undefined : BigInt(at) * 1_000n + BigInt(fraction.padEnd(6, '0'));
}

/** What is wrong with a value of a row that is streamed in or loaded. */
export interface CellFault {
  readonly location: string;
  readonly message: string;
}

/** Faults of a row, in the vendor's words. Unknown columns are left aside where that was asked for. */
export function faultsOf(
  row: FakeRow,
  fields: readonly Field[],
  ignoreUnknown: boolean,
  prefix = '',
): readonly CellFault[] {
  const unknown = Object.keys(row).filter((name) => !fields.some((field) => field.name === name));
  return [
    ...(ignoreUnknown ? [] : unknown).map((name) => ({
      location: `${prefix}${name}`,
      message: `no such field: ${prefix}${name}.`,
    })),
    ...fields.flatMap((field) => faultsIn(row[field.name], field, ignoreUnknown, `${prefix}${field.name}`)),
  ];
}

function faultsIn(value: unknown, field: Field, ignoreUnknown: boolean, place: string): readonly CellFault[] {
  if (value === undefined || value === null)
    return field.mode === 'required'
      ? [{ location: place, message: `Missing required field: ${place}.` }]
      : [];
  if (field.mode === 'repeated') {
    if (!Array.isArray(value)) return [{ location: place, message: `Field ${place} is repeated.` }];
    return value.flatMap((item: unknown) =>
      faultsIn(item ?? '', { ...field, mode: 'nullable' }, ignoreUnknown, place),
    );
  }
  if (Array.isArray(value))
    return [{ location: place, message: `Array specified for non-repeated field: ${place}.` }];
  if (field.type === 'STRUCT') {
    if (isObject(value)) return faultsOf(value, field.fields ?? [], ignoreUnknown, `${place}.`);
    return [{ location: place, message: `This field: ${place} is not a record.` }];
  }
  const isFine = shapes[field.type]?.(value) ?? true;
  return isFine
    ? []
    : [{ location: place, message: `Cannot convert value to ${field.type} (bad value): ${String(value)}` }];
}

/** Which values a type takes; types that are not named here take any. */
const shapes: Readonly<Record<string, (value: unknown) => boolean>> = {
  INT64: (value) => /^-?\d+$/.test(String(value)),
  FLOAT64: (value) => String(value) !== '' && (!Number.isNaN(Number(value)) || value === 'NaN'),
  NUMERIC: (value) => /^-?\d+(\.\d+)?$/.test(String(value)),
  BIGNUMERIC: (value) => /^-?\d+(\.\d+)?$/.test(String(value)),
  BOOL: (value) => /^(true|false)$/.test(String(value)),
  BYTES: (value) => typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  STRING: (value) => typeof value !== 'object',
  TIMESTAMP: (value) => microsecondsOf(String(value)) !== undefined,
  DATE: (value) => /^\d{4}-\d\d-\d\d$/.test(String(value)),
};
