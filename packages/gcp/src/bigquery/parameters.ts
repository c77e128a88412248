/**
 * Parameters of a query. The vendor wants a type with each value; it follows from the value, or is named by {@link parameter}.
 *
 * @see {@link https://cloud.google.com/bigquery/docs/parameterized-queries | BigQuery: Running parameterized queries}
 */
import { toBase64 } from '../common/fields.ts';
import { invalid } from '../common/resource.ts';

/** A value whose type is named. Made by {@link parameter}. */
export class TypedParameter {
  /** In GoogleSQL: `NUMERIC`, `ARRAY<INT64>`. */
  readonly type: string;
  readonly value: unknown;

  constructor(type: string, value: unknown) {
    this.type = type;
    this.value = value;
  }
}

/**
 * A parameter of a type that its value does not tell: `parameter('NUMERIC', '1.10')`, `parameter('DATE', '2030-01-31')`,
 * `parameter('STRING', null)`, `parameter('ARRAY<INT64>', [])`.
 *
 * @param type in GoogleSQL; of structs only those that values tell
 */
export function parameter(type: string, value: unknown): TypedParameter {
  return new TypedParameter(type, value);
}

interface WireType {
  readonly type: string;
  readonly arrayType?: WireType;
  readonly structTypes?: readonly { readonly name: string; readonly type: WireType }[];
}

interface WireValue {
  readonly value?: string;
  readonly arrayValues?: readonly WireValue[];
  readonly structValues?: Readonly<Record<string, WireValue>>;
}

/**
 * `parameterMode` and `queryParameters` of a request; nothing where there are none.
 *
 * @throws `VendorError` `invalid_argument` that names the parameter
 */
export function toParameters(
  parameters: Readonly<Record<string, unknown>> | readonly unknown[] | undefined,
): object {
  if (parameters === undefined) return {};
  const isPositional = Array.isArray(parameters);
  const queryParameters = Object.entries(parameters).map(([key, given]) => {
    const place = isPositional ? `parameter ${Number(key) + 1}` : `parameter ${key}`;
    if (!isPositional && !/^[A-Za-z_]\w{0,127}$/.test(key))
      throw invalid(`${JSON.stringify(key)} is no name of a parameter`);
    const type = typeOf(given, place);
    const parameterValue = wireValueOf(bare(given), type, place);
    return { ...(!isPositional && { name: key }), parameterType: type, parameterValue };
  });
  return { parameterMode: isPositional ? 'POSITIONAL' : 'NAMED', queryParameters };
}

function bare(given: unknown): unknown {
  return given instanceof TypedParameter ? given.value : given;
}

function typeOf(given: unknown, place: string): WireType {
  if (given instanceof TypedParameter) return named(given.type, place);
  switch (typeof given) {
    case 'string':
      return { type: 'STRING' };
    case 'boolean':
      return { type: 'BOOL' };
    case 'bigint':
      return { type: 'INT64' };
    case 'number':
      return { type: Number.isSafeInteger(given) ? 'INT64' : 'FLOAT64' };
    case 'object':
      return typeOfObject(given, place);
    default:
      throw invalid(`${place} is ${typeof given}; give a value that SQL has`);
  }
}

function typeOfObject(given: object | null, place: string): WireType {
  if (given === null) throw invalid(`${place} is null, which has no type; give parameter('STRING', null)`);
  if (given instanceof Date) return { type: 'TIMESTAMP' };
  if (given instanceof Uint8Array) return { type: 'BYTES' };
  if (Array.isArray(given)) return { type: 'ARRAY', arrayType: elementType(given, place) };
  const structTypes = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, type: typeOf(value, `${place}.${name}`) }));
  return { type: 'STRUCT', structTypes };
}

function elementType(items: readonly unknown[], place: string): WireType {
  if (items.length === 0)
    throw invalid(`${place} is an empty list, which has no type; give parameter('ARRAY<STRING>', [])`);
  const types = items.map((item, index) => typeOf(item, `${place}[${index}]`));
  const [first, ...rest] = types;
  // Whole numbers among others are numbers like them.
  const isNumeric = types.every(({ type }) => type === 'INT64' || type === 'FLOAT64');
  if (
    isNumeric &&
    types.some(({ type }) => type === 'FLOAT64') &&
    items.every((item) => typeof item === 'number')
  )
    return { type: 'FLOAT64' };
  if (first === undefined || rest.some((type) => JSON.stringify(type) !== JSON.stringify(first)))
    throw invalid(`${place} holds values of several types`);
  if (first.type === 'ARRAY') throw invalid(`${place} is a list of lists, which SQL does not have`);
  return first;
}

/** A type as it is written in SQL. */
function named(type: string, place: string): WireType {
  const clean = type.trim().toUpperCase();
  const [, element] = /^ARRAY\s*<(.+)>$/.exec(clean) ?? [];
  if (element !== undefined) return { type: 'ARRAY', arrayType: named(element, place) };
  if (/^[A-Z][A-Z0-9]*$/.test(clean) && clean !== 'STRUCT' && clean !== 'ARRAY') return { type: clean };
  throw invalid(
    `${place}: ${JSON.stringify(type)} is no type that can be named; give one such as NUMERIC or ARRAY<INT64>`,
  );
}

function wireValueOf(value: unknown, type: WireType, place: string): WireValue {
  // Nothing at all is how a null is written.
  if (value === null || value === undefined) return {};
  if (type.arrayType !== undefined) {
    if (!Array.isArray(value)) throw invalid(`${place} is no list`);
    const { arrayType } = type;
    return {
      arrayValues: value.map((item, index) => wireValueOf(bare(item), arrayType, `${place}[${index}]`)),
    };
  }
  if (type.structTypes !== undefined) {
    const members = new Map(Object.entries(value));
    const structValues = type.structTypes.map(
      ({ name, type: inner }) =>
        [name, wireValueOf(bare(members.get(name)), inner, `${place}.${name}`)] as const,
    );
    return { structValues: Object.fromEntries(structValues) };
  }
  return { value: plain(value, place) };
}

/** @throws `VendorError` `invalid_argument` for what has no text */
function plain(value: unknown, place: string): string {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw invalid(`${place} is a Date that is none`);
    return value.toISOString();
  }
  if (value instanceof Uint8Array) return toBase64(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
