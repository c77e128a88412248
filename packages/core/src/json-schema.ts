/** JSON Schema of options, for editors and forms. */
import { z } from 'zod';
import { coreOf } from './options/fields.ts';

/** JSON Schema, draft 2020-12, of what may be written as options. Objects are closed where the check closes them. */
export function optionsJsonSchema(definition: {
  readonly title?: string;
  readonly options: z.core.$ZodType;
}): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(definition.options, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      for (const ours of ['env', 'unit']) delete jsonSchema[ours];
      const field = coreOf(zodSchema);
      if (field.secret) delete jsonSchema.default;
      const { type, catchall } = { catchall: undefined, ...zodSchema._zod.def };
      if (type === 'object' && catchall === undefined) jsonSchema.additionalProperties = false;
    },
  });
  return { $schema, ...(definition.title === undefined ? {} : { title: definition.title }), ...schema };
}
