/** Swagger 2.0: bodies and forms are parameters, types of content stand apart, schemas are near JSON Schema draft 4. */
import {
  azureOperation,
  azureParameter,
  azureSchema,
  azureTemplate,
  isAzure,
  isSignIn,
  withoutSas,
} from '../azure/azure.ts';
import type { DescribedOperation, DescribedParameter, Description, Format, Style } from '../description.ts';
import { asList, type Documents, entriesOf, isNode, type Node } from '../documents.ts';
import { JsonSchemas } from '../json-schemas.ts';
import { isFile, SwaggerContent } from '../swagger-content.ts';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const dialect = { nullable: 'x-nullable', exclusiveFlags: true, refSiblings: false } as const;
const formType = 'application/x-www-form-urlencoded';
const styles: Readonly<Record<string, Style>> = {
  ssv: 'spaceDelimited',
  tsv: 'tabDelimited',
  pipes: 'pipeDelimited',
};

/** A parameter, and the file it stands in. */
interface Placed {
  readonly node: Node;
  readonly file: string;
}

/** Swagger 2.0, with Microsoft's extensions. */
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
      ...(isAzure(root) && { arrange: withoutSas, isForeign: isSignIn }),
      operations: paths.flatMap(([path, item]) => reader.pathItem(path, item)),
    };
  },
};

class Reader {
  readonly #documents: Documents;
  readonly #schemas: JsonSchemas;
  readonly #content: SwaggerContent;
  readonly #root: Node;
  readonly #file: string;
  readonly #isAzure: boolean;

  constructor(documents: Documents, root: Node, file: string) {
    this.#isAzure = isAzure(root);
    this.#documents = documents;
    this.#schemas = new JsonSchemas(documents, { ...dialect, closed: this.#isAzure });
    this.#content = new SwaggerContent(documents, this.#schemas);
    this.#root = root;
    this.#file = file;
  }

  pathItem(path: string, item: unknown): DescribedOperation[] {
    const { node, file } = this.#documents.follow(item, this.#file);
    if (!isNode(node)) return [];
    return methods.flatMap((method): DescribedOperation[] => {
      const operation = node[method];
      if (!isNode(operation)) return [];
      const placed = this.#parameters(node, operation, file);
      const name = method.toUpperCase();
      const plain: DescribedOperation = {
        id: typeof operation.operationId === 'string' ? operation.operationId : `${name} ${path}`,
        method: name,
        template: this.#isAzure
          ? azureTemplate(
              path,
              placed.map((one) => one.node),
            )
          : path,
        parameters: placed.flatMap((one) => this.#parameter(one.node, one.file)),
        body: this.#body(placed, asList(operation.consumes ?? this.#root.consumes).map(String)),
        answers: this.#answers(operation, file),
      };
      return [this.#isAzure ? azureOperation(plain, operation) : plain];
    });
  }

  #parameters(item: Node, operation: Node, from: string): Placed[] {
    const found = new Map<string, Placed>();
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

  #parameter(given: Node, file: string): DescribedParameter[] {
    const node = this.#isAzure ? azureParameter(given) : given;
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
        ...(node.prefix === true && { prefix: true }),
      },
    ];
  }

  #body(parameters: readonly Placed[], consumes: readonly string[]): DescribedOperation['body'] {
    const body = parameters.find(({ node }) => node.in === 'body');
    if (body !== undefined) {
      const types = consumes.length > 0 ? consumes : ['application/json'];
      return {
        required: body.node.required === true && !isFile(body.node.schema),
        content: this.#content.of(types, body.node.schema, body.file, {
          closed: true,
          name: String(body.node.name),
        }),
      };
    }
    const fields = parameters.filter(({ node }) => node.in === 'formData').map(({ node }) => node);
    if (fields.length === 0) return undefined;
    const schema = {
      type: 'object',
      properties: Object.fromEntries(fields.map((node) => [String(node.name), fieldSchema(node)])),
      required: fields.filter((node) => node.required === true).map((node) => String(node.name)),
    };
    const types = consumes.filter((type) => type === formType || type === 'multipart/form-data');
    return {
      required: schema.required.length > 0,
      content: this.#content.of(types.length > 0 ? types : [formType], schema, this.#file, { closed: true }),
    };
  }

  #answers(operation: Node, from: string): DescribedOperation['answers'] {
    const produces = asList(operation.produces ?? this.#root.produces).map(String);
    const types = produces.length > 0 ? produces : ['application/json'];
    return new Map(
      entriesOf(operation.responses).map(([status, value]) => {
        const { node, file } = this.#documents.follow(value, from);
        const answer = isNode(node) ? node : {};
        const schema = this.#isAzure ? azureSchema(answer.schema) : answer.schema;
        const content = schema === undefined ? new Map() : this.#content.of(types, schema, file);
        const headers = entriesOf(answer.headers).flatMap(([name, header]) => {
          const described = isNode(header) ? header : {};
          return this.#parameter({ ...described, name: name.toLowerCase(), in: 'header' }, file);
        });
        return [status, { content, headers, bodyOptional: isFile(schema) }];
      }),
    );
  }
}

/** A parameter is its own schema, but its `required` is a flag. */
function withoutRequired({ required: _, ...schema }: Node): Node {
  return schema;
}

function fieldSchema(node: Node): Node {
  return node.type === 'file' ? {} : withoutRequired(node);
}
