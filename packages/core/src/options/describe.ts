/** What is told of options: README tables and `.env` templates. */
import type { z } from 'zod';
import { variableName } from './environment.ts';
import { type AnySchema, coreOf, type Field, fieldsOf } from './fields.ts';

/** One option, for tables. */
export interface OptionRow {
  /** Path with dots: `auth.clientSecret`. */
  readonly name: string;
  /** For people: `string`, `"a" | "b"`, `number[]`. */
  readonly type: string;
  /** `milliseconds`, `bytes`…: the field's `.meta({ unit })`, else by the end of its name. */
  readonly unit: string | undefined;
  readonly description: string;
  /** As JSON. Absent: there is none. */
  readonly default: string | undefined;
  /** Environment variable; absent when neither an id nor the field names one. */
  readonly env: string | undefined;
  readonly secret: boolean;
  readonly required: boolean;
}

/** The options of a schema as rows, in its order. With `id`, each with its environment variable. */
export function optionTable(schema: z.core.$ZodType, id?: string): readonly OptionRow[] {
  return fieldsOf(schema).map((field) => ({
    name: field.path.join('.'),
    type: field.secret ? 'secret' : typeText(field.schema),
    unit: unitOf(field),
    description: field.description ?? '',
    default: field.hasDefault && !field.secret ? JSON.stringify(field.default) : undefined,
    env: id === undefined ? metaText(field, 'env') : variableName(field, id),
    secret: field.secret,
    required: field.required,
  }));
}

/** A `.env` file to fill in: every option with its meaning; those that are not required are commented out. */
export function environmentTemplate(definition: {
  readonly id: string;
  readonly title?: string;
  readonly docs?: string;
  readonly options: z.core.$ZodType;
}): string {
  const head = [definition.title ?? definition.id, definition.docs].filter((line) => line !== undefined);
  const entries = optionTable(definition.options, definition.id).map((row) => {
    const facts = [row.required ? 'required' : undefined, row.type, row.unit].filter(
      (fact) => fact !== undefined,
    );
    const words = row.description === '' ? row.name : row.description.replaceAll(/\s+/g, ' ');
    return `# ${words} (${facts.join(', ')})\n${row.required ? '' : '# '}${row.env}=${plainDefault(row)}\n`;
  });
  return `${head.map((line) => `# ${line}\n`).join('')}\n${entries.join('\n')}`;
}

function plainDefault({ default: text }: OptionRow): string {
  if (text === undefined) return '';
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(',');
  return typeof value === 'string' ? value : text;
}

const unitsByEnding: readonly (readonly [RegExp, string])[] = [
  [/Ms$/, 'milliseconds'],
  [/Seconds$/, 'seconds'],
  [/Minutes$/, 'minutes'],
  [/Bytes$/, 'bytes'],
  [/Ratio$/, 'share, 0 to 1'],
];

function unitOf(field: Field): string | undefined {
  const name = field.path.at(-1) ?? '';
  return metaText(field, 'unit') ?? unitsByEnding.find(([ending]) => ending.test(name))?.[1];
}

function metaText(field: Field, key: string): string | undefined {
  const value = field.meta[key];
  return typeof value === 'string' ? value : undefined;
}

function typeText(schema: z.core.$ZodType): string {
  const core = coreOf(schema);
  if (core.secret) return 'secret';
  const definition: AnySchema['_zod']['def'] = core.schema._zod.def;
  switch (definition.type) {
    case 'enum':
    case 'literal':
      return [...(core.schema._zod.values ?? [])].map((value) => JSON.stringify(value)).join(' | ');
    case 'array':
      return `${grouped(typeText(definition.element))}[]`;
    case 'record':
      return `{ [name]: ${typeText(definition.valueType)} }`;
    case 'union':
      return [...new Set(definition.options.map(typeText))].join(' | ');
    case 'custom':
      return 'value';
    case 'number':
      return 'number';
    default:
      return definition.type;
  }
}

function grouped(text: string): string {
  return text.includes(' | ') ? `(${text})` : text;
}
