/**
 * Rows of an answer. A row is `{ f: [{ v }, …] }` in the order of the columns, and every value text, whatever its type; a record is a row
 * again, and a repeated value a list of `{ v }`.
 *
 * @see {@link https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults | BigQuery: jobs.getQueryResults}
 */
import { VendorError } from '@im/core';
import { z } from 'zod';
import type { Field, Row, Value } from './model/values.ts';

/** What INT64 values become. */
export type Integers = 'bigint' | 'number';

/** A value before its type is known. */
export interface Cell {
  readonly v?: unknown;
}

/** Rows before their columns are known. */
export const wireRows = z
  .array(z.object({ f: z.array(z.object({ v: z.unknown() })).nullish() }))
  .nullish()
  .transform((rows) => (rows ?? []).map(({ f }): readonly Cell[] => f ?? []));

/** @throws `VendorError` `internal` for a row that does not fit the columns */
export function toRows(
  rows: readonly (readonly Cell[])[],
  fields: readonly Field[],
  integers: Integers,
): Row[] {
  return rows.map((cells) => toRow(cells, fields, integers));
}

function toRow(cells: readonly Cell[], fields: readonly Field[], integers: Integers): Row {
  if (cells.length !== fields.length)
    throw broken(`a row has ${cells.length} values for ${fields.length} columns`);
  return Object.fromEntries(
    fields.map((field, index) => [field.name, toValue(cells[index]?.v, field, integers)] as const),
  );
}

function toValue(value: unknown, field: Field, integers: Integers): Value {
  if (field.mode === 'repeated') {
    const items = value ?? [];
    if (!Array.isArray(items)) throw broken(`${field.name} is no list`);
    return items.map((item: unknown) => one(isCell(item) ? item.v : undefined, field, integers));
  }
  return one(value, field, integers);
}

function one(value: unknown, field: Field, integers: Integers): Value {
  if (value === null || value === undefined) return null;
  if (field.type === 'STRUCT') {
    const cells = isObject(value) && Array.isArray(value.f) ? value.f : undefined;
    if (cells === undefined) throw broken(`${field.name} is no record`);
    return toRow(cells.filter(isCell), field.fields ?? [], integers);
  }
  // An address in a newer format may come as an object; nothing else does.
  if (typeof value === 'object') throw broken(`${field.name} of type ${field.type} is no plain value`);
  const text = String(value);
  return (decoders[field.type] ?? asText)(text, field, integers);
}

type Decoder = (text: string, field: Field, integers: Integers) => Value;

const asText: Decoder = (text) => text;

const decoders: Readonly<Record<string, Decoder>> = {
  INT64(text, field, integers) {
    if (!/^-?\d+$/.test(text)) throw broken(`${field.name} is no whole number`);
    if (integers === 'bigint') return BigInt(text);
    const number = Number(text);
    if (Number.isSafeInteger(number)) return number;
    throw new VendorError({
      sent: true,
      code: 'failed_precondition',
      reason: 'integer_too_large',
      says: `a value of ${field.name} is beyond 2^53, so that it would be rounded; read it with integers: 'bigint'`,
    });
  },
  FLOAT64(text, field) {
    const number = Number(text);
    if (Number.isNaN(number) && text !== 'NaN') throw broken(`${field.name} is no number`);
    return number;
  },
  BOOL(text, field) {
    if (text !== 'true' && text !== 'false') throw broken(`${field.name} is neither true nor false`);
    return text === 'true';
  },
  BYTES: (text) => new Uint8Array(Buffer.from(text, 'base64')),
  TIMESTAMP(text, field) {
    if (!/^-?\d+$/.test(text)) throw broken(`${field.name} is no time in microseconds`);
    return timeOf(BigInt(text));
  },
  JSON(text, field) {
    try {
      return JSON.parse(text) as Value;
    } catch {
      // The parser's error quotes the value.
      throw broken(`${field.name} is no JSON`);
    }
  },
};

/** Microseconds since 1970 by RFC 3339, all of them. */
function timeOf(microseconds: bigint): string {
  const rest = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (microseconds - rest) / 1_000_000n;
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, -5);
  return `${whole}.${String(rest).padStart(6, '0')}Z`;
}

function isCell(value: unknown): value is Cell {
  return isObject(value) && 'v' in value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function broken(says: string): VendorError {
  return new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_body',
    says: `the answer is not what was promised: ${says}`,
  });
}
