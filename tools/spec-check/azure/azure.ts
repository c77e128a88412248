/**
 * Microsoft's ways with Swagger 2.0, which its documents need to be read by.
 *
 * @see {@link https://azure.github.io/autorest/extensions/ | AutoRest: OpenAPI extensions}
 */
import { readJson } from '../bodies.ts';
import { parseXml } from '../codecs/xml-nodes.ts';
import type {
  DescribedAnswer,
  DescribedOperation,
  DescribedParameter,
  Finding,
  SentAnswer,
  SentRequest,
} from '../description.ts';
import { isNode, type Node } from '../documents.ts';

/** Whether a document is of this kind. */
export function isAzure(root: Node): boolean {
  return root['x-ms-parameterized-host'] !== undefined || root['x-ms-paths'] !== undefined;
}

/**
 * The template as it is sent.
 *
 * 1. In `x-ms-paths` some of the query only tells paths apart, and is never sent (`acquire` in `?comp=lease&acquire`):
 *    what has no value or no parameter. What is meant is said by headers then, which fit or do not.
 * 2. Names of blobs hold slashes, which `{blob}` does not say.
 * 3. The last parameter of a path may be left out where its text says so, as the version of a secret.
 */
export function azureTemplate(path: string, parameters: readonly Node[]): string {
  const [place = '', query = ''] = path.split('?');
  const inQuery = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const sent = query.split('&').filter((pair) => pair.includes('=') && inQuery.includes(pair.split('=')[0]));
  const last = /\/\{([^}]+)\}$/.exec(place)?.[1];
  const mayLack = parameters.some(
    ({ in: where, name, description }) =>
      where === 'path' && name === last && /URI fragment is optional/.test(String(description)),
  );
  const template = mayLack ? place.replace(/\/\{([^}]+)\}$/, '{/$1}') : place.replace('{blob}', '{blob+}');
  return sent.length > 0 ? `${template}?${sent.join('&')}` : template;
}

/**
 * A parameter or header as it is sent. Headers with a common beginning are one object. Newer clients name a later
 * version than the described one, and it is taken. The pattern of `blob` allows fewer names than the service does.
 */
export function azureParameter(node: Node): Node {
  const prefix = node['x-ms-header-collection-prefix'];
  if (typeof prefix === 'string')
    return {
      in: 'header',
      name: prefix.toLowerCase(),
      prefix: true,
      additionalProperties: { type: 'string' },
    };
  const { enum: _, pattern: __, ...rest } = node;
  if (node.name === 'x-ms-version') return { ...rest, pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}$' };
  return node.name === 'blob' ? rest : node;
}

/**
 * Parameters that sign a request in its query.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/create-service-sas | Azure: Create a service SAS}
 */
const sasParameters = new Set([
  ...['sv', 'ss', 'srt', 'sr', 'sp', 'st', 'se', 'sip', 'spr', 'si', 'sig', 'ses', 'sdd', 'saoid', 'suoid'],
  ...['scid', 'skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'rscc', 'rscd', 'rsce', 'rscl', 'rsct'],
]);

/** Without what signs it in the query. */
export function withoutSas(request: SentRequest): SentRequest {
  if (!request.query.some(([name]) => name === 'sig')) return request;
  return { ...request, query: request.query.filter(([name]) => !sasParameters.has(name)) };
}

/** Of Microsoft's sign-in and of the endpoint that gives a machine its identity. */
const signIn = /\/oauth2\/(v2\.0\/)?token$|\/\.well-known\/openid-configuration$|\/discovery\/instance$/;

/** Whether a request is for the sign-in. */
export function isSignIn({ path }: SentRequest): boolean {
  return signIn.test(path);
}

/** Of any request and any answer: version, ids, time, and what the service says of itself. */
const commonHeaders = new Set([
  ...[
    'x-ms-version',
    'x-ms-client-request-id',
    'x-ms-return-client-request-id',
    'x-ms-date',
    'x-ms-request-id',
  ],
  ...['x-ms-useragent', 'x-ms-error-code'],
]);

/** Findings for headers of Azure's own that are neither common nor described. */
export function unknownHeaders(
  headers: Readonly<Record<string, string>>,
  described: readonly DescribedParameter[],
): Finding[] {
  const isKnown = (sent: string) =>
    commonHeaders.has(sent) ||
    described.some(({ in: place, name, prefix }) =>
      place === 'header' && prefix ? sent.startsWith(name) : sent === name.toLowerCase(),
    );
  return Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-') && !isKnown(name))
    .map((name) => ({ place: `header ${name}`, says: 'is not described' }));
}

/**
 * The schema of an answer as it comes. Of errors the storage services describe less than they send: the code stands
 * beside the message, and other elements behind it, in an element `Error`.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2 | Azure: Status and error codes}
 */
export function azureSchema(schema: unknown): unknown {
  if (!isNode(schema) || schema.$ref !== '#/definitions/StorageError') return schema;
  const string = { type: 'string' };
  return {
    type: 'object',
    required: ['Code', 'Message'],
    properties: { Code: string, Message: string },
    additionalProperties: string,
    xml: { name: 'Error' },
  };
}

/** An operation with what holds for all of Azure's: their headers, and what their default answers are for. */
export function azureOperation(operation: DescribedOperation, node: Node): DescribedOperation {
  const { parameters, body, answers } = operation;
  const pageable = node['x-ms-pageable'];
  const isLinked = isNode(pageable) && pageable.nextLinkName === 'nextLink';
  return {
    ...operation,
    // The address of the next page is the service's own.
    parameters: isLinked ? [...parameters, skipToken] : parameters,
    body: body && { ...body, required: body.required && !optionalBodies.has(operation.id) },
    rules: [({ headers }) => unknownHeaders(headers, parameters)],
    chooseAnswer: ({ status }) => chooseAnswer(answers, status),
  };
}

/** A message may be hidden for longer without being written anew, as the vendor's client does. */
const optionalBodies = new Set(['MessageId_Update']);

const skipToken: DescribedParameter = {
  name: '$skiptoken',
  in: 'query',
  required: false,
  style: 'form',
  explode: false,
  json: false,
  schema: { check: () => [], checkText: () => [], types: new Set() },
};

/** By its status; `default` describes errors, and nothing else. */
function chooseAnswer(answers: DescribedOperation['answers'], status: number): DescribedAnswer | string {
  const described = answers.get(String(status));
  // What comes with the whole blob comes with a part of it too, though only one of them says so.
  const known = [...answers.values()].flatMap(({ headers }) => headers);
  if (described !== undefined)
    return { ...described, rules: [({ headers }) => unknownHeaders(headers, known)] };
  if (status === 304) return { content: new Map(), headers: [] };
  const error = answers.get('default');
  if (status < 400 || error === undefined) return 'is not described';
  const isXml = error.content.has('application/xml');
  return { ...error, rules: [isXml ? codeInHeader : codeInBody] };
}

function codeInHeader({ headers, body }: SentAnswer): Finding[] {
  const code = headers['x-ms-error-code'];
  if (code === undefined) return [{ place: 'header x-ms-error-code', says: 'is required' }];
  const root = parseXml(body);
  const inBody =
    typeof root === 'string' ? undefined : root.children.find(({ name }) => name === 'Code')?.text;
  const isSame = inBody === undefined || inBody === code;
  return isSame ? [] : [{ place: 'header x-ms-error-code', says: 'names another error than the body' }];
}

function codeInBody({ body }: SentAnswer): Finding[] {
  const decoded = readJson({ bytes: body, contentType: undefined });
  // That it is no JSON is found where it is read.
  if (typeof decoded === 'string') return [];
  const error = isNode(decoded.value) && isNode(decoded.value.error) ? decoded.value.error : {};
  const missing = ['code', 'message'].filter((name) => typeof error[name] !== 'string');
  return missing.map((name) => ({ place: `body error.${name}`, says: 'is required' }));
}
