/**
 * Operations that all go to one path: a header names them where they are JSON, a field of the form in the query
 * protocol.
 *
 * @see {@link https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html | Smithy: AWS JSON 1.1}
 * @see {@link https://smithy.io/2.0/aws/protocols/aws-query-protocol.html | Smithy: AWS query}
 */
import { queryCodec } from '../codecs/query-form.ts';
import type { XmlLayout } from '../codecs/xml.ts';
import type { DescribedAnswer, DescribedOperation, SentAnswer } from '../description.ts';
import type { Node } from '../documents.ts';
import { chooseError, type ErrorForm, queryNameOf } from './errors.ts';
import { jsonErrors, jsonMedia } from './json-form.ts';
import { type Operation, type Shape, type SmithyModel, shortName } from './model.ts';
import type { SmithySchemas } from './schemas.ts';
import { element, type XmlForm } from './xml-form.ts';
import { layoutOf, xmlMember } from './xml-layouts.ts';

const formType = 'application/x-www-form-urlencoded';

/** The operation in AWS JSON of that version. */
export function jsonOperation(
  operation: Operation,
  model: SmithyModel,
  schemas: SmithySchemas,
  version: '1.0' | '1.1',
): DescribedOperation {
  const type = `application/x-amz-json-${version}`;
  const errors = jsonErrors(schemas, [type]);
  const output = jsonMedia(schemas.structure(operation.output.members, 'json'), schemas, 'answer');
  const success = {
    content: new Map([[type, output]]),
    headers: [],
    bodyOptional: operation.output.members.length === 0,
  };
  const input = jsonMedia(schemas.structure(operation.input.members, 'json'), schemas, 'request');
  const target = `${shortName(model.serviceId)}.${operation.name}`;
  return {
    id: operation.name,
    method: 'POST',
    template: '/',
    selectors: [{ in: 'header', name: 'x-amz-target', value: target }],
    parameters: [],
    body: { required: true, content: new Map([[type, input]]) },
    answers: new Map(),
    chooseAnswer: (answer) => chooseRpc(operation, schemas, errors, answer, success),
  };
}

/** The operation in the query protocol. */
export function queryOperation(
  operation: Operation,
  model: SmithyModel,
  schemas: SmithySchemas,
  xml: XmlForm,
): DescribedOperation {
  const errors = xml.errors({ bare: false, queryNames: true });
  const success = { content: queryAnswer(operation, model, schemas, xml), headers: [] };
  return {
    id: operation.name,
    method: 'POST',
    template: '/',
    selectors: [{ in: 'form', name: 'Action', value: operation.name }],
    parameters: [],
    body: { required: true, content: new Map([[formType, queryMedia(operation.input, model, schemas)]]) },
    answers: new Map(),
    chooseAnswer: (answer) => chooseRpc(operation, schemas, errors, answer, success),
  };
}

function chooseRpc(
  operation: Operation,
  schemas: SmithySchemas,
  errors: ErrorForm,
  answer: SentAnswer,
  success: DescribedAnswer,
): DescribedAnswer | string {
  if (answer.status === 200) return success;
  if (answer.status < 400) return 'is not that of a success: 200';
  const error = chooseError(operation, schemas, errors, answer);
  return typeof error === 'string' || errors.queryNames ? error : withQueryName(error, operation, errors);
}

/**
 * Services that came from the query protocol name errors a second time as they did there, and clients go by that.
 *
 * @see {@link https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait}
 */
function withQueryName(error: DescribedAnswer, operation: Operation, errors: ErrorForm): DescribedAnswer {
  const rule = (answer: SentAnswer) => {
    const sent = answer.headers['x-amzn-query-error'];
    const shape = operation.errors.find(({ id }) => shortName(id) === errors.nameOf(answer));
    if (sent === undefined || shape === undefined || sent.split(';')[0] === queryNameOf(shape)) return [];
    return [{ place: 'header x-amzn-query-error', says: `names another error than ${queryNameOf(shape)}` }];
  };
  return { ...error, rules: [rule] };
}

function queryMedia(input: Shape, model: SmithyModel, schemas: SmithySchemas) {
  const schema = schemas.structure(input.members, 'xml', {
    Action: { type: 'string' },
    Version: { const: String(model.service.version) },
  });
  const required = [...(Array.isArray(schema.required) ? schema.required : []), 'Action', 'Version'];
  const layout: XmlLayout = {
    kind: 'structure',
    members: () => [
      ...['Action', 'Version'].map((name) => element(name)),
      ...input.members.map((one) => xmlMember(model, one)),
    ],
  };
  return { ...schemas.check({ ...schema, required }, 'xml'), codec: queryCodec(layout) };
}

function queryAnswer(operation: Operation, model: SmithyModel, schemas: SmithySchemas, xml: XmlForm) {
  const { name, output } = operation;
  const metadata: XmlLayout = { kind: 'structure', members: () => [element('RequestId')] };
  const hasResult = output.members.length > 0;
  const result = `${name}Result`;
  const members = [
    element('ResponseMetadata', metadata),
    // Services answer with an empty result where the model has none.
    element(result, layoutOf(model, output)),
  ];
  const schema = closed(
    {
      ResponseMetadata: closed({ RequestId: { type: 'string' } }, ['RequestId']),
      [result]: schemas.structure(output.members, 'xml'),
    },
    ['ResponseMetadata', ...(hasResult ? [result] : [])],
  );
  return xml.content(`${name}Response`, { kind: 'structure', members: () => members }, schema);
}

function closed(properties: Node, required: readonly string[]): Node {
  return { type: 'object', properties, required, additionalProperties: false };
}
