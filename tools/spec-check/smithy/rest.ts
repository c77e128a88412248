/**
 * Operations of the REST protocols: method and path of their own, members in path, query, headers and body.
 *
 * @see {@link https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html | Smithy: AWS restXml}
 * @see {@link https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html | Smithy: AWS restJson1}
 */
import type {
  DescribedAnswer,
  DescribedBody,
  DescribedContent,
  DescribedOperation,
  Selector,
  SentAnswer,
  SentRequest,
} from '../description.ts';
import { isNode, type Node } from '../documents.ts';
import { chooseError, type ErrorForm } from './errors.ts';
import { requestRules, successRules } from './headers.ts';
import { type Bindings, bindingsOf } from './http-bindings.ts';
import type { Member, Operation, Shape, SmithyModel } from './model.ts';
import type { Quirks } from './quirks.ts';
import type { SmithySchemas } from './schemas.ts';

/** How a protocol writes bodies. */
export interface RestForm {
  structure(shape: Shape, members: readonly Member[], side: 'request' | 'answer'): DescribedContent;
  payload(member: Member, side: 'request' | 'answer'): DescribedContent;
  unwrapped?(shape: Shape, member: Member): DescribedContent;
  readonly errors: ErrorForm;
}

/** What every operation of a service is read with. */
export interface RestService {
  readonly model: SmithyModel;
  readonly schemas: SmithySchemas;
  readonly form: RestForm;
  readonly quirks: Quirks;
}

const anything: DescribedContent = new Map([['*/*', undefined]]);
const nothing: DescribedContent = new Map();

/** The operation as it is sent. */
export function restOperation(operation: Operation, service: RestService): DescribedOperation {
  const http = operation.traits['smithy.api#http'];
  if (!isNode(http)) throw new Error(`${operation.name}: has no method and path`);
  const { template, selectors } = readUri(String(http.uri));
  const input = bindingsOf(operation.input, service.schemas, 'request');
  const output = bindingsOf(operation.output, service.schemas, 'answer');
  const success = {
    ...answerContent(operation, output, service),
    headers: output.parameters,
    rules: successRules(output),
  };
  return {
    id: operation.name,
    method: String(http.method),
    template,
    selectors,
    parameters: input.parameters,
    openQuery: input.openQuery,
    body: requestBody(operation.input, input, service),
    answers: new Map(),
    rules: requestRules(operation, input),
    chooseAnswer: (answer, request) =>
      chooseAnswer(operation, { input, output, http, success }, service, answer, request),
  };
}

/** `x-id` is there for the eyes only: whoever leaves it out is understood. */
function readUri(uri: string): { readonly template: string; readonly selectors: readonly Selector[] } {
  const [path = '', query = ''] = uri.split('?');
  const literals = [...new URLSearchParams(query)];
  return {
    template: path.length > 1 ? path.replace(/\/$/, '') : path,
    selectors: literals.map(([name, value]) => ({
      in: 'query',
      name,
      value,
      ...(name === 'x-id' && { optional: true }),
    })),
  };
}

function requestBody(shape: Shape, bindings: Bindings, service: RestService): DescribedBody | undefined {
  const { payload, body } = bindings;
  const isRequired = ({ traits }: Member) => traits['smithy.api#required'] !== undefined;
  if (payload !== undefined)
    return { required: isRequired(payload), content: payloadContent(payload, service, 'request') };
  if (body.length === 0) return undefined;
  return { required: body.some(isRequired), content: service.form.structure(shape, body, 'request') };
}

/** Bytes, text and streams are whatever they are; anything else is written as the protocol does. */
function payloadContent(
  payload: Member,
  { model, form }: RestService,
  side: 'request' | 'answer',
): DescribedContent {
  return isOpaque(payload, model) ? anything : form.payload(payload, side);
}

function isOpaque({ target }: Member, model: SmithyModel): boolean {
  const { type, traits } = model.shape(target);
  return (
    ['blob', 'string', 'enum', 'document'].includes(type) || traits['smithy.api#streaming'] !== undefined
  );
}

interface Parts {
  readonly input: Bindings;
  readonly output: Bindings;
  readonly http: Node;
  readonly success: DescribedAnswer;
}

function chooseAnswer(
  operation: Operation,
  { input, output, http, success }: Parts,
  service: RestService,
  answer: SentAnswer,
  request: SentRequest,
): DescribedAnswer | string {
  const { status } = answer;
  const isError = status >= 400 || (service.quirks.isError?.(operation.name, answer) ?? false);
  // An answer to HEAD has no body to name its error in (RFC 9110 §9.3.2).
  if (isError && request.method === 'HEAD' && answer.body.length === 0)
    return { content: nothing, headers: [] };
  if (isError) return chooseError(operation, service.schemas, service.form.errors, answer);
  if (status === 304 && input.parameters.some(({ name }) => name === 'if-none-match'))
    return { content: nothing, headers: output.parameters.map((one) => ({ ...one, required: false })) };
  const statuses = successes(output, http, request);
  if (!statuses.includes(status) && !(output.anyStatus && status >= 200 && status < 300))
    return `is not that of a success: ${statuses.join(' or ')}`;
  return success;
}

/** The described status; 206 where a part was asked for and may be answered (RFC 9110 §15.3.7). */
function successes({ parameters }: Bindings, http: Node, { headers, query }: SentRequest): number[] {
  const mayBePart = parameters.some(({ name }) => name === 'content-range');
  const isPart = headers.range !== undefined || query.some(([name]) => name === 'partNumber');
  return [Number(http.code ?? 200), ...(mayBePart && isPart ? [206] : [])];
}

function answerContent(
  { output: shape, traits }: Operation,
  { payload, body }: Bindings,
  service: RestService,
): Pick<DescribedAnswer, 'content' | 'bodyOptional'> {
  if (payload !== undefined)
    return {
      content: payloadContent(payload, service, 'answer'),
      bodyOptional: isOpaque(payload, service.model),
    };
  const [only] = body;
  if (only === undefined) return { content: nothing };
  if (traits['aws.customizations#s3UnwrappedXmlOutput'] !== undefined && service.form.unwrapped)
    return { content: service.form.unwrapped(shape, only) };
  return { content: service.form.structure(shape, body, 'answer') };
}
