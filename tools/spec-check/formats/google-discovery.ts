import { readJsonWithoutNulls } from '../bodies.ts';
import type { DescribedOperation, DescribedParameter, Format } from '../description.ts';
import { type Documents, entriesOf, isNode, type Node } from '../documents.ts';
import { anything, GoogleAnswers, numbered, successesOf, wantsNumbers } from '../google/answers.ts';
import { GoogleSchemas } from '../google/schemas.ts';
import { uploadsOf } from '../google/uploads.ts';

/**
 * Another name of `alt`, with values of its own, that no document lists.
 *
 * @see {@link https://cloud.google.com/apis/docs/system-parameters | Google: System parameters}
 */
const systemAlt = { location: 'query', type: 'string', enum: ['json', 'media', 'proto', numbered] };

/** Google's discovery documents. */
export const format: Format = {
  name: 'Google discovery',
  accepts: (document) => isNode(document) && document.kind === 'discovery#restDescription',
  read(file, documents) {
    const document = documents.load(file);
    const root = isNode(document) ? document : {};
    const methods = methodsOf(root);
    const base = commonPath([...methods].map((method) => String(method.path)));
    const reader = new Reader(root, documents, file, base);
    return {
      title: String(root.title),
      servers: [`${root.rootUrl}${root.servicePath}${base}`],
      operations: methods.flatMap((method) => reader.method(method)),
    };
  },
};

/** Of the document or of a resource in it, and of the resources below that. */
function methodsOf(owner: Node): Node[] {
  const own = entriesOf(owner.methods).map(([, method]) => method);
  const below = entriesOf(owner.resources).flatMap(([, one]) => (isNode(one) ? methodsOf(one) : []));
  return [...own.filter(isNode), ...below];
}

/** `v1/` where every path begins with it: what is not below that is not this API. */
function commonPath(paths: readonly string[]): string {
  const [first = ''] = paths;
  const literal = /^[^{/]+\//.exec(first)?.[0] ?? '';
  return paths.every((path) => path.startsWith(literal)) ? literal : '';
}

class Reader {
  readonly #root: Node;
  readonly #base: string;
  readonly #schemas: GoogleSchemas;
  readonly #answers: GoogleAnswers;
  readonly #shared: readonly DescribedParameter[];

  constructor(root: Node, documents: Documents, file: string, base: string) {
    this.#root = root;
    this.#base = base;
    this.#schemas = new GoogleSchemas(root, documents, file);
    this.#answers = new GoogleAnswers(this.#schemas);
    const shared = { ...(isNode(root.parameters) ? root.parameters : {}), $alt: systemAlt };
    this.#shared = Object.entries(shared).flatMap((entry) => this.#parameter(entry));
  }

  /** Each way to send it. */
  method(method: Node): DescribedOperation[] {
    const plain = this.#plain(method);
    const media = { plain, method, schemas: this.#schemas, answers: this.#answers };
    return [plain, ...this.#downloads(plain, method), ...uploadsOf(media)];
  }

  #plain(method: Node): DescribedOperation {
    const path = String(method.path);
    const parameters = entriesOf(method.parameters);
    const request = this.#schemas.request(method);
    // In a change of a part, null takes away what stood there.
    const isPatch = method.httpMethod === 'PATCH';
    const successes = successesOf(this.#schemas.answer(method));
    const withNumbers = successesOf(this.#schemas.answer(method, 'numbered answer'));
    return {
      id: String(method.id),
      method: String(method.httpMethod),
      template: `/${path.slice(this.#base.length).replaceAll('{+', '{')}`,
      patterns: Object.fromEntries(parameters.flatMap(([name, one]) => patternOf(path, name, one))),
      parameters: [...this.#shared, ...parameters.flatMap((entry) => this.#parameter(entry))],
      body: request && {
        required: this.#schemas.needsRequest(method),
        content: new Map([
          ['application/json', isPatch ? { ...request, codec: readJsonWithoutNulls } : request],
        ]),
      },
      answers: new Map(),
      chooseAnswer: (answer, request) =>
        this.#answers.choose(answer, wantsNumbers(request) ? withNumbers : successes),
    };
  }

  /** Of a resource with media, the media by `alt=media`, which a server of their own gives too. */
  #downloads(plain: DescribedOperation, method: Node): DescribedOperation[] {
    if (method.supportsMediaDownload !== true) return [];
    const download: DescribedOperation = {
      ...plain,
      selectors: [{ in: 'query', name: 'alt', value: 'media' }],
      chooseAnswer: (answer) =>
        this.#answers.choose(answer, { 200: anything, 206: anything }, { textErrors: true }),
    };
    const template = `/download/${this.#root.servicePath}${String(method.path).replaceAll('{+', '{')}`;
    const apart = method.useMediaDownloadService === true;
    return [download, ...(apart ? [{ ...download, template, absolute: true }] : [])];
  }

  #parameter([name, node]: [string, unknown]): DescribedParameter[] {
    if (!isNode(node) || (node.location !== 'path' && node.location !== 'query')) return [];
    return [
      {
        name,
        in: node.location,
        required: node.required === true,
        style: node.location === 'path' ? 'simple' : 'form',
        explode: node.location === 'query',
        json: false,
        schema: this.#schemas.parameter(node),
      },
    ];
  }
}

/**
 * The expression of a `{+name}`, which holds slashes. Where the path ends with it, the name of what it stands for has no
 * colon: behind a colon stands a verb.
 */
function patternOf(path: string, name: string, node: unknown): [string, string][] {
  if (!path.includes(`{+${name}}`) || !isNode(node)) return [];
  const pattern = typeof node.pattern === 'string' ? node.pattern.replace(/^\^|\$$/g, '') : '.+';
  const isLast = path.endsWith(`{+${name}}`);
  return [[name, isLast ? pattern.replace(/\[\^\/\]\+$/, '[^/:]+') : pattern]];
}
