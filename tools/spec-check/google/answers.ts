/** Answers of Google's APIs: one status of success, and one form of errors for all of them. */

import { readJson } from '../bodies.ts';
import type {
  DescribedAnswer,
  DescribedContent,
  Finding,
  SentAnswer,
  SentRequest,
  ValueCheck,
} from '../description.ts';
import { isNode, type Node } from '../documents.ts';
import type { GoogleSchemas } from './schemas.ts';

const string = { type: 'string' };

/** @see {@link https://cloud.google.com/storage/docs/json_api/v1/status-codes | Google: Status and error codes} */
const errorSchema: Node = {
  type: 'object',
  required: ['error'],
  additionalProperties: false,
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      additionalProperties: false,
      properties: {
        code: { type: 'integer' },
        message: string,
        status: string,
        errors: { type: 'array', items: { type: 'object', required: ['reason'] } },
        details: { type: 'array', items: { type: 'object', required: ['@type'] } },
      },
    },
  },
};

/** What the ways to send a method have in common when it is answered. */
export class GoogleAnswers {
  readonly #error: DescribedAnswer;

  constructor(schemas: GoogleSchemas) {
    this.#error = {
      content: new Map([['application/json', schemas.check(errorSchema, 'answer')]]),
      headers: [],
      rules: [sameCode],
    };
  }

  /** The answer that `successes` hold for its status, or an error. Media are refused in plain text too. */
  choose(
    answer: SentAnswer,
    successes: Readonly<Record<number, DescribedAnswer>>,
    options: { readonly textErrors?: boolean } = {},
  ): DescribedAnswer | string {
    const found = successes[answer.status];
    if (found !== undefined) return found;
    if (answer.status >= 400) {
      const isJson = /json/.test(answer.headers['content-type'] ?? '');
      return options.textErrors && !isJson ? anything : this.#error;
    }
    return answer.status === 304
      ? nothing
      : `is not that of a success: ${Object.keys(successes).join(' or ')}`;
  }
}

/** An answer without a body. */
export const nothing: DescribedAnswer = { content: new Map(), headers: [] };

/** Bytes of any kind, or none. */
export const anything: DescribedAnswer = {
  content: new Map([['*/*', undefined]]),
  headers: [],
  bodyOptional: true,
};

/** Whether a request is for numbers in place of the names of enumerations, as clients made for gRPC want them. */
export function wantsNumbers({ query }: SentRequest): boolean {
  return query.some(([name, value]) => /^\$?alt$/.test(name) && value === numbered);
}

/** The value of the parameter `alt` that asks for it. */
export const numbered = 'json;enum-encoding=int';

/** The successes of a method that answers `check`, or nothing. */
export function successesOf(check: ValueCheck | undefined): Readonly<Record<number, DescribedAnswer>> {
  if (check === undefined) return { 200: nothing, 204: nothing };
  const content: DescribedContent = new Map([['application/json', check]]);
  return { 200: { content, headers: [] } };
}

function sameCode({ status, body }: SentAnswer): readonly Finding[] {
  const decoded = readJson({ bytes: body, contentType: undefined });
  const error = typeof decoded !== 'string' && isNode(decoded.value) ? decoded.value.error : undefined;
  if (!isNode(error) || typeof error.code !== 'number' || error.code === status) return [];
  return [{ place: 'body error.code', says: 'is not the status' }];
}
