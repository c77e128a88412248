/** Bodies and errors in JSON: AWS JSON 1.0 and 1.1, and REST JSON. */
import { readJson, readJsonWithoutNulls } from '../bodies.ts';
import type { DescribedMedia, SentAnswer } from '../description.ts';
import { isNode, type Node } from '../documents.ts';
import { bareName, type ErrorForm, oncePerShape } from './errors.ts';
import type { RestForm } from './rest.ts';
import type { SmithySchemas } from './schemas.ts';

const jsonType = 'application/json';

/** A body. In an answer null stands for what is not there; in a request it is sent for nothing. */
export function jsonMedia(schema: Node, schemas: SmithySchemas, side: 'request' | 'answer'): DescribedMedia {
  return { ...schemas.check(schema, 'json'), codec: side === 'request' ? readJson : readJsonWithoutNulls };
}

/** How REST JSON writes bodies. */
export function restJson(schemas: SmithySchemas): RestForm {
  const content = (schema: Node, side: 'request' | 'answer') =>
    new Map([[jsonType, jsonMedia(schema, schemas, side)]]);
  return {
    structure: (_, members, side) => content(schemas.structure(members, 'json'), side),
    payload: (member, side) => content(schemas.member(member, 'json'), side),
    errors: jsonErrors(schemas, [jsonType]),
  };
}

/** Beside what an error's shape says. Services differ in the capital of the message, whatever their models say. */
const errorProperties: Node = {
  __type: { type: 'string' },
  code: { type: 'string' },
  message: { type: 'string' },
  Message: { type: 'string' },
  Type: { type: 'string' },
};

/** Errors in JSON, with these types of content. */
export function jsonErrors(schemas: SmithySchemas, types: readonly string[]): ErrorForm {
  return {
    nameOf,
    content: oncePerShape((shape) => {
      const members = (shape?.members ?? []).filter(
        ({ traits }) => traits['smithy.api#httpHeader'] === undefined,
      );
      const own = schemas.structure(members, 'json');
      const properties = { ...errorProperties, ...(isNode(own.properties) ? own.properties : {}) };
      // In whichever case the message comes, it comes.
      const required = (Array.isArray(own.required) ? own.required : []).filter(
        (name) => String(name).toLowerCase() !== 'message',
      );
      const media = jsonMedia({ ...own, properties, required }, schemas, 'answer');
      return new Map(types.map((type) => [type, media]));
    }),
    queryNames: false,
  };
}

/** @see {@link https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization} */
function nameOf({ headers, body }: SentAnswer): string | undefined {
  const decoded = readJson({ bytes: body, contentType: undefined });
  const { __type: type, code } = typeof decoded !== 'string' && isNode(decoded.value) ? decoded.value : {};
  const name = [headers['x-amzn-errortype'], type, code].find((one) => typeof one === 'string');
  return typeof name === 'string' ? bareName(name) : undefined;
}
