import { xmlRootOf } from './azure/xml-layouts.ts';
import { xmlCodec } from './codecs/xml.ts';
import type { DescribedContent } from './description.ts';
import { type Documents, isNode } from './documents.ts';
import type { JsonSchemas } from './json-schemas.ts';

const xml = /^(application|text)\/(.+\+)?xml$/;

/** Whether a schema stands for bytes, of which there may be none. */
export function isFile(schema: unknown): boolean {
  return isNode(schema) && (schema.type === 'file' || schema.format === 'file');
}

/** Bodies of Swagger 2.0 by their types, which stand apart from their schemas. */
export class SwaggerContent {
  readonly #documents: Documents;
  readonly #schemas: JsonSchemas;

  constructor(documents: Documents, schemas: JsonSchemas) {
    this.#documents = documents;
    this.#schemas = schemas;
  }

  /** Bodies of `types` with one schema. `name`: of the root in XML, where no other is said. A file is anything. */
  of(
    types: readonly string[],
    schema: unknown,
    file: string,
    options: { readonly closed?: boolean; readonly name?: string } = {},
  ): DescribedContent {
    if (isFile(schema)) return new Map([['*/*', undefined]]);
    const { closed = false, name = '' } = options;
    const check = this.#schemas.checkOf(schema, file, { closed });
    return new Map(
      types.map((type) => {
        const bare = (type.split(';')[0] ?? type).trim().toLowerCase();
        if (!xml.test(bare)) return [bare, check];
        return [bare, { ...check, codec: xmlCodec(xmlRootOf(this.#documents, schema, file, name)) }];
      }),
    );
  }
}
