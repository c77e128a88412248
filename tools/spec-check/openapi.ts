/** Reads OpenAPI 3.x; its versions differ in the dialect of their schemas only. */
import type {
  DescribedAnswer,
  DescribedContent,
  DescribedOperation,
  DescribedParameter,
  Description,
  Style,
} from './description.ts';
import { asList, type Documents, entriesOf, isNode, type Node } from './documents.ts';
import { type Dialect, JsonSchemas } from './json-schemas.ts';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const defaultStyle: Readonly<Record<string, Style>> = {
  path: 'simple',
  header: 'simple',
  query: 'form',
  cookie: 'form',
};

/** The description in `file`. */
export function readOpenApi(file: string, documents: Documents, dialect: Dialect): Description {
  const document = documents.load(file);
  const reader = new Reader(documents, new JsonSchemas(documents, dialect));
  const root = isNode(document) ? document : {};
  const { title } = isNode(root.info) ? root.info : {};
  return {
    title: String(title),
    servers: asList(root.servers).flatMap(serverUrl),
    operations: entriesOf(root.paths).flatMap(([path, item]) => reader.pathItem(path, item, file, root)),
  };
}

/** The URL with the defaults of its variables filled in. */
function serverUrl(server: unknown): string[] {
  if (!isNode(server)) return [];
  const variables = isNode(server.variables) ? server.variables : {};
  return [
    String(server.url).replace(/\{([^}]+)\}/g, (whole, name: string) => {
      const variable = variables[name];
      return isNode(variable) ? String(variable.default) : whole;
    }),
  ];
}

class Reader {
  readonly #documents: Documents;
  readonly #schemas: JsonSchemas;

  constructor(documents: Documents, schemas: JsonSchemas) {
    this.#documents = documents;
    this.#schemas = schemas;
  }

  pathItem(path: string, item: unknown, from: string, root: Node): DescribedOperation[] {
    const { node, file } = this.#documents.follow(item, from);
    if (!isNode(node)) return [];
    return methods.flatMap((method): DescribedOperation[] => {
      const operation = node[method];
      if (!isNode(operation)) return [];
      const name = method.toUpperCase();
      return [
        {
          id: typeof operation.operationId === 'string' ? operation.operationId : `${name} ${path}`,
          method: name,
          template: path,
          parameters: this.#parameters(node, operation, file, root),
          body: this.#body(operation.requestBody, file),
          answers: new Map(
            entriesOf(operation.responses).map(([status, one]) => [status, this.#answer(one, file)]),
          ),
        },
      ];
    });
  }

  /** The operation's own on top of the path's; credentials that go in the query or a header count as described. */
  #parameters(item: Node, operation: Node, file: string, root: Node): DescribedParameter[] {
    const found = new Map<string, DescribedParameter>();
    for (const one of [...asList(item.parameters), ...asList(operation.parameters)]) {
      const parameter = this.#parameter(one, file);
      if (parameter !== undefined) found.set(`${parameter.in} ${parameter.name}`, parameter);
    }
    const components = isNode(root.components) ? root.components : {};
    for (const [, scheme] of entriesOf(components.securitySchemes)) {
      const { node } = this.#documents.follow(scheme, file);
      if (!isNode(node) || node.type !== 'apiKey' || node.in === 'header') continue;
      const parameter = this.#parameter({ name: node.name, in: node.in, schema: {} }, file);
      if (parameter !== undefined) found.set(`${parameter.in} ${parameter.name}`, parameter);
    }
    return [...found.values()];
  }

  #parameter(value: unknown, from: string): DescribedParameter | undefined {
    const { node, file } = this.#documents.follow(value, from);
    if (!isNode(node) || typeof node.name !== 'string') return undefined;
    const place = String(node.in) as DescribedParameter['in'];
    const style = (node.style as Style | undefined) ?? defaultStyle[place] ?? 'simple';
    const content = entriesOf(node.content)[0]?.[1];
    return {
      name: node.name,
      in: place,
      required: node.required === true || place === 'path',
      style,
      explode: typeof node.explode === 'boolean' ? node.explode : style === 'form',
      json: content !== undefined,
      schema: this.#schemas.checkOf(isNode(content) ? content.schema : node.schema, file),
    };
  }

  #body(value: unknown, from: string): DescribedOperation['body'] {
    const { node, file } = this.#documents.follow(value, from);
    if (!isNode(node)) return undefined;
    return { required: node.required === true, content: this.#content(node.content, file, true) };
  }

  #answer(value: unknown, from: string): DescribedAnswer {
    const { node, file } = this.#documents.follow(value, from);
    const answer = isNode(node) ? node : {};
    const headers = entriesOf(answer.headers).flatMap(([name, header]) => {
      const target = this.#documents.follow(header, file);
      if (!isNode(target.node)) return [];
      const described = { ...target.node, name: name.toLowerCase(), in: 'header' };
      return this.#parameter(described, target.file) ?? [];
    });
    return { content: this.#content(answer.content, file, false), headers };
  }

  #content(content: unknown, file: string, closed: boolean): DescribedContent {
    return new Map(
      entriesOf(content).map(([type, media]) => [
        type.toLowerCase(),
        isNode(media) && media.schema !== undefined
          ? this.#schemas.checkOf(media.schema, file, { closed })
          : undefined,
      ]),
    );
  }
}
