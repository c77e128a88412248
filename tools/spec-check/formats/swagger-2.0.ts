/** Swagger 2.0: bodies and forms are parameters, types of content stand apart, schemas are near JSON Schema draft 4. */
import type {
  DescribedAnswer,
  DescribedContent,
  DescribedOperation,
  DescribedParameter,
  Description,
  Format,
  Style,
} from '../description.ts';
import { asList, type Documents, entriesOf, isNode, type Node } from '../documents.ts';
import { JsonSchemas } from '../json-schemas.ts';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const dialect = { nullable: 'x-nullable', exclusiveFlags: true, refSiblings: false } as const;
const formType = 'application/x-www-form-urlencoded';
const styles: Readonly<Record<string, Style>> = {
  ssv: 'spaceDelimited',
  tsv: 'tabDelimited',
  pipes: 'pipeDelimited',
};

/** Swagger 2.0, with Microsoft's `x-ms-paths`. */
export const format: Format = {
  name: 'Swagger 2.0',
  accepts: (document) => isNode(document) && String(document.swagger).startsWith('2.'),
  read(file, documents): Description {
    const document = documents.load(file);
    const root = isNode(document) ? document : {};
    const reader = new Reader(documents, root, file);
    const paths = [...entriesOf(root.paths), ...entriesOf(root['x-ms-paths'])];
    return {
      title: String(isNode(root.info) ? root.info.title : file),
      servers: [`https://${root.host ?? 'unknown.invalid'}${root.basePath ?? ''}`],
      operations: paths.flatMap(([path, item]) => reader.pathItem(path, item)),
    };
  },
};

class Reader {
  readonly #documents: Documents;
  readonly #schemas: JsonSchemas;
  readonly #root: Node;
  readonly #file: string;

  constructor(documents: Documents, root: Node, file: string) {
    this.#documents = documents;
    this.#schemas = new JsonSchemas(documents, dialect);
    this.#root = root;
    this.#file = file;
  }

  pathItem(path: string, item: unknown): DescribedOperation[] {
    const { node, file } = this.#documents.follow(item, this.#file);
    if (!isNode(node)) return [];
    return methods.flatMap((method): DescribedOperation[] => {
      const operation = node[method];
      if (!isNode(operation)) return [];
      const parameters = this.#parameters(node, operation, file);
      const name = method.toUpperCase();
      return [
        {
          id: typeof operation.operationId === 'string' ? operation.operationId : `${name} ${path}`,
          method: name,
          template: path,
          parameters: parameters.flatMap((one) => this.#parameter(one.node, one.file)),
          body: this.#body(parameters, asList(operation.consumes ?? this.#root.consumes).map(String)),
          answers: this.#answers(operation, file),
        },
      ];
    });
  }

  #parameters(item: Node, operation: Node, from: string): { node: Node; file: string }[] {
    const found = new Map<string, { node: Node; file: string }>();
    for (const one of [...asList(item.parameters), ...asList(operation.parameters), ...this.#credentials()]) {
      const { node, file } = this.#documents.follow(one, from);
      if (isNode(node)) found.set(`${node.in} ${node.name}`, { node, file });
    }
    return [...found.values()];
  }

  /** Credentials that go in the query. */
  #credentials(): Node[] {
    return entriesOf(this.#root.securityDefinitions).flatMap(([, scheme]) =>
      isNode(scheme) && scheme.type === 'apiKey' && scheme.in === 'query'
        ? [{ name: scheme.name, in: 'query' }]
        : [],
    );
  }

  #parameter(node: Node, file: string): DescribedParameter[] {
    const place = String(node.in);
    if (place !== 'path' && place !== 'query' && place !== 'header') return [];
    const collection = String(node.collectionFormat ?? 'csv');
    return [
      {
        name: String(node.name),
        in: place,
        required: node.required === true,
        style: styles[collection] ?? (place === 'query' ? 'form' : 'simple'),
        explode: collection === 'multi',
        json: false,
        schema: this.#schemas.checkOf(withoutRequired(node), file),
      },
    ];
  }

  #body(
    parameters: readonly { node: Node; file: string }[],
    consumes: readonly string[],
  ): DescribedOperation['body'] {
    const body = parameters.find(({ node }) => node.in === 'body');
    if (body !== undefined) {
      const check = this.#schemas.checkOf(body.node.schema, body.file, { closed: true });
      const types = consumes.length > 0 ? consumes : ['application/json'];
      return { required: body.node.required === true, content: toContent(types, check) };
    }
    const fields = parameters.filter(({ node }) => node.in === 'formData').map(({ node }) => node);
    if (fields.length === 0) return undefined;
    const schema = {
      type: 'object',
      properties: Object.fromEntries(fields.map((node) => [String(node.name), fieldSchema(node)])),
      required: fields.filter((node) => node.required === true).map((node) => String(node.name)),
    };
    const types = consumes.filter((type) => type === formType || type === 'multipart/form-data');
    const check = this.#schemas.checkOf(schema, this.#file, { closed: true });
    return {
      required: schema.required.length > 0,
      content: toContent(types.length > 0 ? types : [formType], check),
    };
  }

  #answers(operation: Node, from: string): Map<string, DescribedAnswer> {
    const produces = asList(operation.produces ?? this.#root.produces).map(String);
    const types = produces.length > 0 ? produces : ['application/json'];
    return new Map(
      entriesOf(operation.responses).map(([status, value]) => {
        const { node, file } = this.#documents.follow(value, from);
        const schema = isNode(node) ? node.schema : undefined;
        const isFile = isNode(schema) && schema.type === 'file';
        const check = schema === undefined || isFile ? undefined : this.#schemas.checkOf(schema, file);
        const content: DescribedContent = schema === undefined ? new Map() : toContent(types, check);
        return [status, { content, headers: [] }];
      }),
    );
  }
}

function toContent(
  types: readonly string[],
  check: DescribedContent extends ReadonlyMap<string, infer Check> ? Check : never,
): DescribedContent {
  return new Map(types.map((type) => [(type.split(';')[0] ?? type).trim().toLowerCase(), check]));
}

/** A parameter is its own schema, but its `required` is a flag. */
function withoutRequired({ required: _, ...schema }: Node): Node {
  return schema;
}

function fieldSchema(node: Node): Node {
  return node.type === 'file' ? {} : withoutRequired(node);
}
