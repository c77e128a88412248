import type { Format } from '../description.ts';
import { isNode } from '../documents.ts';
import { readOpenApi } from '../openapi.ts';

/** OpenAPI 3.1 and 3.2: schemas are JSON Schema 2020-12. */
export const format: Format = {
  name: 'OpenAPI 3.1',
  accepts: (document) => isNode(document) && /^3\.[12]/.test(String(document.openapi)),
  read: (file, documents) => readOpenApi(file, documents, { exclusiveFlags: false, refSiblings: true }),
};
