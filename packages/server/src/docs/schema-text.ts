/** A JSON Schema in words: what a reader wants to know of a field. */
import { type Html, html } from '../dashboard/page/html.ts';

/** A schema, as far as it is shown. */
export interface Schema {
  readonly $ref?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly required?: readonly string[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly default?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
}

/** Words with what stands between backticks as code. */
export function prose(text: string | undefined): Html {
  return html`${(text ?? '').split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}

/** What kind of value it is; named schemas are links. */
export function kindOf(schema: Schema | undefined): Html {
  if (schema === undefined) return html``;
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms !== undefined) return html`${joined(forms.map(kindOf), ' or ')}`;
  if (schema.enum !== undefined) return html`${joined(schema.enum.map(code), ', ')}`;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.type === 'array') return html`list of ${kindOf(schema.items)}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return html`mapping to ${kindOf(schema.additionalProperties)}`;
  return html`${[schema.type ?? 'anything'].flat().join(' or ')}${rangeOf(schema)}`;
}

const code = (value: unknown) => html`<code>${JSON.stringify(value)}</code>`;

const joined = (parts: readonly Html[], by: string) =>
  parts.map((part, index) => html`${index > 0 && by}${part}`);

function rangeOf({ minimum, maximum, minLength, maxLength, type }: Schema): string {
  const [least, most] = type === 'string' ? [minLength, maxLength] : [minimum, maximum];
  const what = type === 'string' ? ' characters' : '';
  // What a number of JavaScript can hold says nothing.
  const isLimit = most !== undefined && most < Number.MAX_SAFE_INTEGER;
  if (least !== undefined && isLimit) return `, ${least} to ${most}${what}`;
  if (isLimit) return `, at most ${most}${what}`;
  return least !== undefined && least > Number.MIN_SAFE_INTEGER ? `, at least ${least}${what}` : '';
}

/** The fields of an object as a table, those of objects within it under their path. */
export function fieldTable(schema: Schema, caption: string): Html {
  return html`<table><caption>${caption}</caption><thead><tr><th scope="col">Field</th><th scope="col">Kind</th><th scope="col">Meaning</th></tr></thead>
<tbody>${fieldsOf(schema, '').map(
    ([name, field, isRequired]) =>
      html`<tr><th scope="row"><code>${name}</code>${!isRequired && html` <small>optional</small>`}</th><td>${kindOf(field)}</td><td>${prose(field.description)}</td></tr>`,
  )}</tbody></table>`;
}

function fieldsOf(schema: Schema, path: string): readonly (readonly [string, Schema, boolean])[] {
  const forms = schema.oneOf ?? schema.anyOf ?? [];
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const isRequired = schema.required?.includes(name) ?? false;
    const nested = field.type === 'array' ? field.items : field;
    const below =
      nested?.properties === undefined
        ? []
        : fieldsOf(nested, `${path}${name}${field === nested ? '' : '[]'}.`);
    return [[`${path}${name}`, field, isRequired] as const, ...below];
  });
  return [...own, ...forms.flatMap((form) => fieldsOf(form, path))];
}
