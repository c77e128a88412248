/**
 * Answers that are errors. Which error it is, a name in the answer says; the status follows from it. Known are the
 * operation's own errors and those that every service may give.
 */
import type { DescribedAnswer, DescribedContent, SentAnswer } from '../description.ts';
import { isNode } from '../documents.ts';
import { bindingsOf } from './http-bindings.ts';
import { nameTrait, type Operation, type Shape, shortName } from './model.ts';
import type { SmithySchemas } from './schemas.ts';

/** How a protocol writes errors. */
export interface ErrorForm {
  /** The name that an answer gives; `undefined`: none. */
  nameOf(answer: SentAnswer): string | undefined;
  /** The body of an error; of one that is not in the model without a shape. */
  content(shape: Shape | undefined): DescribedContent;
  /** Names of errors are those of the trait `awsQueryError`, where there is one. */
  readonly queryNames: boolean;
  /** Errors that the model leaves out, and others besides: any name will do. Absent: it leaves none out. */
  readonly more?: Readonly<Record<string, readonly number[]>> | undefined;
}

/**
 * Errors of all services with their statuses. Two where the page has changed over time and services differ.
 *
 * @see {@link https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html | AWS: Common Errors}
 */
const commonErrors: Readonly<Record<string, readonly number[]>> = {
  AccessDenied: [403],
  AccessDeniedException: [400, 403],
  ExpiredToken: [403],
  ExpiredTokenException: [400, 403],
  IncompleteSignature: [400, 403],
  IncompleteSignatureException: [400, 403],
  InternalFailure: [500],
  InvalidAction: [400],
  InvalidClientTokenId: [403],
  InvalidParameterCombination: [400],
  InvalidParameterValue: [400],
  InvalidQueryParameter: [400],
  InvalidSignatureException: [400, 403],
  MalformedHttpRequestException: [400],
  MalformedQueryString: [400, 404],
  MissingAction: [400],
  MissingAuthenticationToken: [403],
  MissingAuthenticationTokenException: [400, 403],
  MissingParameter: [400],
  NotAuthorized: [400, 401],
  OptInRequired: [403],
  RequestAbortedException: [400],
  RequestEntityTooLargeException: [413],
  RequestExpired: [400, 403],
  RequestTimeoutException: [408],
  SerializationException: [400],
  ServiceUnavailable: [503],
  SignatureDoesNotMatch: [403],
  Throttling: [400],
  ThrottlingException: [400, 429],
  UnknownOperationException: [400, 404],
  UnrecognizedClientException: [400, 403],
  ValidationError: [400],
  ValidationException: [400],
};

/** `make`, called once for each shape. */
export function oncePerShape(make: (shape: Shape | undefined) => DescribedContent): ErrorForm['content'] {
  const made = new Map<string | undefined, DescribedContent>();
  return (shape) => {
    const known = made.get(shape?.id) ?? make(shape);
    made.set(shape?.id, known);
    return known;
  };
}

/** What an answer that is an error must be; a sentence when it is none that is described. */
export function chooseError(
  operation: Operation,
  schemas: SmithySchemas,
  form: ErrorForm,
  answer: SentAnswer,
): DescribedAnswer | string {
  const name = form.nameOf(answer);
  if (name === undefined) return 'is an error that gives no name';
  const shape = operation.errors.find((one) => namesOf(one, form).includes(name));
  const statuses = shape === undefined ? (form.more ?? commonErrors)[name] : [statusOf(shape, form)];
  if (statuses === undefined && form.more === undefined)
    return `is the error ${printable(name)}, which is neither the operation's nor everyone's`;
  // What comes late comes under the status that had gone out already.
  const isLate = answer.status < 300;
  if (statuses !== undefined && !isLate && !statuses.includes(answer.status))
    return `is not that of the error ${printable(name)}: ${statuses.join(' or ')}`;
  return {
    content: form.content(shape),
    headers: shape === undefined ? [] : bindingsOf(shape, schemas, 'answer').parameters,
  };
}

/** `com.amazonaws.kms#NotFoundException:http://…` → `NotFoundException` */
export function bareName(name: string): string {
  return (name.split('#').at(-1) ?? name).split(':')[0] ?? name;
}

/** Name of an error in forms of the query protocol, and beside JSON for clients that came from there. */
export function queryNameOf({ id, traits }: Shape): string {
  const trait = traits['aws.protocols#awsQueryError'];
  return (isNode(trait) ? nameTrait(trait, 'code') : undefined) ?? shortName(id);
}

function namesOf(shape: Shape, { queryNames }: ErrorForm): string[] {
  return [queryNames ? queryNameOf(shape) : shortName(shape.id)];
}

function statusOf({ traits }: Shape, { queryNames }: ErrorForm): number {
  const query = traits['aws.protocols#awsQueryError'];
  const own = queryNames && isNode(query) ? query.httpResponseCode : undefined;
  return Number(
    own ?? traits['smithy.api#httpError'] ?? (traits['smithy.api#error'] === 'server' ? 500 : 400),
  );
}

/** A name of an error is no secret; anything else might be. */
function printable(name: string): string {
  return /^[\w.]{1,80}$/.test(name) ? name : 'of no good name';
}
