/** Where in a document each of its operations stands, whatever format it is written in. */
import { entriesOf, isNode, type Node } from './documents.ts';

const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/** Operations by the id that their description gives them. */
export function operationNodes(document: unknown): ReadonlyMap<string, Node> {
  const root = isNode(document) ? document : {};
  return new Map([...ofPaths(root), ...ofResources(root), ...ofShapes(root)]);
}

/** OpenAPI and Swagger: `paths`, and Azure's `x-ms-paths`, where a path may hold a query. */
function ofPaths(root: Node): [string, Node][] {
  return ['paths', 'x-ms-paths'].flatMap((field) =>
    entriesOf(root[field]).flatMap(([path, item]) =>
      entriesOf(item).flatMap(([method, operation]): [string, Node][] => {
        if (!methods.has(method) || !isNode(operation)) return [];
        const { operationId } = operation;
        const id = typeof operationId === 'string' ? operationId : `${method.toUpperCase()} ${path}`;
        // What stands beside the methods holds for each of them, and so does the path.
        const shared = isNode(item) ? { parameters: item.parameters } : {};
        return [[id, { path, method, shared, operation }]];
      }),
    ),
  );
}

/** Google's discovery documents: `resources` within `resources`, each with `methods`. */
function ofResources(root: Node): [string, Node][] {
  const own = entriesOf(root.methods).flatMap(([, method]): [string, Node][] =>
    isNode(method) && typeof method.id === 'string' ? [[method.id, method]] : [],
  );
  const nested = entriesOf(root.resources).flatMap(([, one]) => (isNode(one) ? ofResources(one) : []));
  return [...own, ...nested];
}

/** Smithy: shapes of the type `operation`. */
function ofShapes(root: Node): [string, Node][] {
  return entriesOf(root.shapes).flatMap(([id, shape]): [string, Node][] =>
    isNode(shape) && shape.type === 'operation' ? [[id.slice(id.indexOf('#') + 1), shape]] : [],
  );
}
