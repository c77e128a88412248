/** What callers see of columns and rows. */

/** Types by their names in GoogleSQL. The vendor may add others. */
export type FieldType =
  | 'STRING'
  | 'BYTES'
  | 'INT64'
  | 'FLOAT64'
  | 'BOOL'
  | 'NUMERIC'
  | 'BIGNUMERIC'
  | 'TIMESTAMP'
  | 'DATE'
  | 'TIME'
  | 'DATETIME'
  | 'GEOGRAPHY'
  | 'JSON'
  | 'STRUCT'
  | 'RANGE'
  | 'INTERVAL'
  | (string & {});

/** A column. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Default `nullable`. */
  readonly mode?: 'nullable' | 'required' | 'repeated' | undefined;
  /** Of a `STRUCT`. */
  readonly fields?: readonly Field[] | undefined;
  readonly description?: string | undefined;
}

/**
 * A value by its type: `INT64` a bigint or a number, as the option `integers` says; `FLOAT64` a number; `NUMERIC` and `BIGNUMERIC` text,
 * since neither fits a number; `BOOL` a boolean; `BYTES` bytes; `TIMESTAMP` text by RFC 3339 with microseconds; `JSON` what it
 * parses to; `STRUCT` an object; a repeated field an array; all others the vendor's text.
 */
export type Value =
  | null
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | { readonly [name: string]: Value }
  | readonly Value[];

/** A row by column. */
export type Row = Readonly<Record<string, Value>>;
