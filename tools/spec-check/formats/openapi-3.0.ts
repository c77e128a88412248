import type { Format } from '../description.ts';
import { isNode } from '../documents.ts';
import { readOpenApi } from '../openapi.ts';

/** OpenAPI 3.0: schemas in its own dialect, with `nullable` and boolean `exclusiveMinimum`. */
export const format: Format = {
  name: 'OpenAPI 3.0',
  accepts: (document) => isNode(document) && String(document.openapi).startsWith('3.0'),
  read: (file, documents) =>
    readOpenApi(file, documents, { nullable: 'nullable', exclusiveFlags: true, refSiblings: false }),
};
