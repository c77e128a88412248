/**
 * The protocols that AWS's services speak, from the service's side.
 *
 * | | operation | input | output | error |
 * |---|---|---|---|---|
 * | `json` | header `x-amz-target: Prefix.Operation` | JSON | JSON | JSON with `__type` |
 * | `query` | form field `Action` | form, nested names with dots | XML | XML |
 * | `rest` | method and path | JSON, query, headers | JSON | header `x-amzn-errortype`, JSON |
 *
 * @see {@link https://smithy.io/2.0/aws/protocols/index.html | Smithy: AWS protocols}
 */
import type { FakeResponse } from '@im/testing';
import { element, type XmlValue } from './xml.ts';

/** JSON in one route, the operation in a header. */
export interface JsonProtocol {
  readonly kind: 'json';
  readonly version: '1.0' | '1.1';
  /** In front of the names of errors: `com.amazonaws.sqs`. */
  readonly namespace: string;
}

/** Forms in, XML out. */
export interface QueryProtocol {
  readonly kind: 'query';
  readonly xmlns: string;
}

/** Methods and paths, JSON in and out. */
export interface RestProtocol {
  readonly kind: 'rest';
}

/** How a service speaks. */
export type Protocol = JsonProtocol | QueryProtocol | RestProtocol;

/** An error of AWS's. Thrown by the operations of a fake. */
export interface AwsFault {
  readonly code: string;
  readonly message: string;
  /** Default 400. */
  readonly status?: number | undefined;
  /** The name that it had in the query protocol, where a service speaks JSON now: header `x-amzn-query-error`. */
  readonly queryCode?: string | undefined;
  /** More members of the error. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
}

const brand = Symbol('an error of AWS');

/** Makes an error to be thrown: `throw fault('QueueDoesNotExist', 'The specified queue does not exist.')`. */
export function fault(
  code: string,
  message: string,
  more: Omit<AwsFault, 'code' | 'message'> = {},
): AwsFault {
  return Object.assign({ code, message, ...more }, { [brand]: true });
}

/** Whether it was made by {@link fault}. */
export function isFault(thrown: unknown): thrown is AwsFault {
  return typeof thrown === 'object' && thrown !== null && brand in thrown;
}

/** The answer of an operation of this name. */
export function answer(
  protocol: Protocol,
  operation: string,
  output: unknown,
  requestId: string,
): FakeResponse {
  switch (protocol.kind) {
    case 'json':
      return { status: 200, headers: jsonHeaders(protocol, requestId), body: JSON.stringify(output ?? {}) };
    case 'rest':
      return { status: 200, headers: { 'x-amzn-requestid': requestId }, json: output ?? {} };
    case 'query': {
      const body = element(
        `${operation}Response`,
        {
          ...(output !== undefined && { [`${operation}Result`]: output as XmlValue }),
          ResponseMetadata: { RequestId: requestId },
        },
        ` xmlns="${protocol.xmlns}"`,
      );
      return { status: 200, headers: xmlHeaders(requestId), body };
    }
  }
}

/** The answer for an error. */
export function refusal(protocol: Protocol, error: AwsFault, requestId: string): FakeResponse {
  const { code, message, status = 400, queryCode, members } = error;
  const side = status < 500 ? 'Sender' : 'Receiver';
  switch (protocol.kind) {
    case 'json':
      return {
        status,
        headers: {
          ...jsonHeaders(protocol, requestId),
          ...(queryCode !== undefined && { 'x-amzn-query-error': `${queryCode};${side}` }),
        },
        body: JSON.stringify({ __type: `${protocol.namespace}#${code}`, message, ...members }),
      };
    case 'rest':
      return {
        status,
        headers: { 'x-amzn-requestid': requestId, 'x-amzn-errortype': code },
        json: { message, ...members },
      };
    case 'query': {
      const body = element(
        'ErrorResponse',
        { Error: { Type: side, Code: code, Message: message, ...members }, RequestId: requestId },
        ` xmlns="${protocol.xmlns}"`,
      );
      return { status, headers: xmlHeaders(requestId), body };
    }
  }
}

function jsonHeaders(protocol: JsonProtocol, requestId: string) {
  return { 'content-type': `application/x-amz-json-${protocol.version}`, 'x-amzn-requestid': requestId };
}

function xmlHeaders(requestId: string) {
  return { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
}

/** Input of the query protocol. */
export interface QueryInput {
  /** One field: `TopicArn`. */
  text(name: string): string | undefined;
  /** `MessageAttributes.entry.1.Name`: the numbers below `MessageAttributes.entry`, each as an input of its own. */
  list(prefix: string): readonly QueryInput[];
  /** The value itself, where a list is of texts: `Attributes.member.1=x`. */
  readonly value: string | undefined;
}

/** Reads a form as the query protocol nests it. */
export function queryInput(form: ReadonlyMap<string, string>, prefix = ''): QueryInput {
  const at = (name: string) => (prefix === '' ? name : `${prefix}.${name}`);
  return {
    value: form.get(prefix),
    text: (name) => form.get(at(name)),
    list(name) {
      const items: QueryInput[] = [];
      for (let number = 1; ; number += 1) {
        const key = at(`${name}.${number}`);
        const isThere = form.has(key) || [...form.keys()].some((field) => field.startsWith(`${key}.`));
        if (!isThere) return items;
        items.push(queryInput(form, key));
      }
    },
  };
}
