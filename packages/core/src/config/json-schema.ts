/** JSON Schema of the whole configuration file, for editors: completion and faults while writing. */
import { z } from 'zod';
import type { AnyDefinition } from '../integration.ts';
import { optionsJsonSchema } from '../json-schema.ts';
import { coreOf } from '../options/fields.ts';
import { resilienceOptions } from '../resilience/options.ts';
import { usesOf } from './definitions.ts';
import { fileSchema, integrationSchema, resilienceLayer } from './structure.ts';

/** A JSON Schema, as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * JSON Schema (draft 2020-12) of a configuration that uses `definitions`. Where a number, a boolean or a list is
 * wanted, a text with a reference is allowed too; nothing is required inside options, since layers are merged and a
 * part may stand in another one.
 */
export function configJsonSchema(definitions: readonly AnyDefinition[]): JsonSchema {
  const resilience = relaxed(optionsJsonSchema({ options: resilienceOptions }));
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const core = coreOf(zodSchema).schema;
      if (zodSchema === coreOf(resilienceLayer).schema)
        Object.assign(jsonSchema, { $ref: '#/$defs/resilience' });
      if (zodSchema === coreOf(integrationSchema).schema)
        Object.assign(jsonSchema, { allOf: definitions.map(whenUsed) });
      if (['boolean', 'number'].includes(core._zod.def.type) && zodSchema === core) {
        const { description, ...plain } = { description: undefined, ...jsonSchema };
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, description === undefined ? {} : { description }, {
          anyOf: [plain, reference],
        });
      }
    },
  });
  const options = definitions.map(({ id, title, options: given }) => [
    `options-${id}`,
    { ...relaxed(optionsJsonSchema({ title, options: given })), $id: optionsId(id) },
  ]);
  return {
    $schema,
    title: '@im configuration',
    ...schema,
    $defs: { resilience, ...Object.fromEntries(options) },
  };
}

/** A text that holds a reference. */
const reference: JsonSchema = { type: 'string', pattern: '\\$\\{' };

function optionsId(id: string): string {
  return `im:options:${id}`;
}

/** Ties the options to what is written under `use`. */
function whenUsed(definition: AnyDefinition): JsonSchema {
  const { id } = definition;
  return {
    if: { properties: { use: { enum: usesOf(definition) } }, required: ['use'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: { properties: { options: { anyOf: [{ $ref: optionsId(id) }, { type: 'null' }] } } },
  };
}

/** Keywords whose value is a mapping of names to schemas. */
const named = new Set(['properties', 'patternProperties', '$defs']);
/** Keywords whose value is a schema, or a list of them. */
const nested = new Set(['items', 'prefixItems', 'additionalProperties', 'anyOf', 'oneOf', 'allOf', 'not']);
/** What a text with a reference may break. */
const breakable = [
  'enum',
  'const',
  'pattern',
  'format',
  'minLength',
  'maxLength',
  'anyOf',
  'oneOf',
  'items',
  'properties',
];

/** The schema with nothing required, and a reference allowed in place of every value that it could break. */
function relaxed(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== 'required' && key !== '$schema')
      .map(([key, value]) => {
        if (named.has(key))
          return [key, mapValues(value as Readonly<Record<string, JsonSchema>>, withReference)];
        if (!nested.has(key) || typeof value !== 'object' || value === null) return [key, value];
        return [
          key,
          Array.isArray(value) ? value.map((one: JsonSchema) => relaxed(one)) : relaxed(value as JsonSchema),
        ];
      }),
  );
}

function withReference(schema: JsonSchema): JsonSchema {
  const plain = relaxed(schema);
  const isText = schema.type === 'string' && !breakable.some((key) => key in schema);
  if (isText || schema.writeOnly === true || Object.keys(schema).length === 0) return plain;
  const { description, title, default: fallback, ...rest } = plain;
  const notes = { description, title, default: fallback };
  const said = Object.entries(notes).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(said), anyOf: [rest, reference] };
}

function mapValues(
  values: Readonly<Record<string, JsonSchema>>,
  change: (value: JsonSchema) => JsonSchema,
): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
