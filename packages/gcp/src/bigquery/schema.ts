/** Columns, in the vendor's spelling and ours: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema */
import { z } from 'zod';
import { maybeText } from '../common/fields.ts';
import { invalid } from '../common/resource.ts';
import type { Field } from './model/values.ts';

/** Names that the API has for what SQL calls otherwise. */
const sqlNames: Readonly<Record<string, string>> = {
  INTEGER: 'INT64',
  FLOAT: 'FLOAT64',
  BOOLEAN: 'BOOL',
  RECORD: 'STRUCT',
};

/** A column as the vendor has it. */
export interface WireField {
  readonly name: string;
  readonly type: string;
  readonly mode?: string | undefined;
  readonly description?: string | undefined;
  readonly fields?: readonly WireField[] | null | undefined;
}

const wireField: z.ZodType<WireField> = z.object({
  name: z.string(),
  type: z.string(),
  mode: maybeText,
  description: maybeText,
  fields: z.array(z.lazy(() => wireField)).nullish(),
});

/** The columns of an answer; none where it has no schema. */
export const wireSchema = z
  .object({ fields: z.array(wireField).nullish() })
  .nullish()
  .transform((schema): readonly Field[] => (schema?.fields ?? []).map(toField));

const modes: Readonly<Record<string, Field['mode']>> = {
  NULLABLE: 'nullable',
  REQUIRED: 'required',
  REPEATED: 'repeated',
};

function toField({ name, type, mode, description, fields }: WireField): Field {
  return {
    name,
    type: sqlNames[type] ?? type,
    mode: modes[mode ?? 'NULLABLE'] ?? 'nullable',
    ...(fields && { fields: fields.map(toField) }),
    ...(description !== undefined && { description }),
  };
}

const fieldName = /^[\p{L}_][\p{L}\p{M}\p{N}_\- ]*$/u;
const longestName = 300;
/** Levels of records within records. */
const deepest = 15;

/** @throws `VendorError` `invalid_argument` that names the column */
export function fromFields(fields: readonly Field[], path: readonly string[] = []): object {
  if (fields.length === 0) throw invalid(`${path.join('.') || 'the schema'} has no fields`);
  if (path.length >= deepest) throw invalid(`${path.join('.')} lies deeper than ${deepest} levels`);
  return {
    fields: fields.map((field) => {
      const here = [...path, field.name];
      const place = here.join('.');
      if (!fieldName.test(field.name) || field.name.length > longestName)
        throw invalid(`${JSON.stringify(place)} is no name of a column`);
      const type = sqlNames[field.type] ?? field.type;
      if ((type === 'STRUCT') !== (field.fields !== undefined))
        throw invalid(`${place}: a STRUCT has fields of its own, and nothing else has`);
      return {
        name: field.name,
        type,
        mode: (field.mode ?? 'nullable').toUpperCase(),
        description: field.description,
        ...(field.fields && fromFields(field.fields, here)),
      };
    }),
  };
}
