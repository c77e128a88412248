/** Headers of AWS' own beyond what the members say. */
import type { DescribedParameter, Finding, SentAnswer, SentRequest } from '../description.ts';
import { isNode } from '../documents.ts';
import type { Bindings } from './http-bindings.ts';
import type { Operation } from './model.ts';

const own = /^x-amz-/;

/** Of any request: signature, client, way of transfer. */
const requestHeaders = new Set([
  ...['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'x-amz-user-agent', 'x-amz-target'],
  ...['x-amz-decoded-content-length', 'x-amz-trailer', 'x-amz-s3session-token', 'x-amz-region-set'],
]);

/** Of any answer: ids of the request, and where it went. */
const answerHeaders = new Set([
  ...['x-amz-request-id', 'x-amz-id-2', 'x-amz-bucket-region', 'x-amz-crc32', 'x-amz-cf-id', 'x-amz-cf-pop'],
]);

/** What a request to `operation` has to keep to besides its members. */
export function requestRules(
  { traits }: Operation,
  input: Bindings,
): readonly ((request: SentRequest) => readonly Finding[])[] {
  const checksum = traits['aws.protocols#httpChecksum'];
  const isKnown = (name: string) =>
    requestHeaders.has(name) ||
    (isNode(checksum) && /^x-amz-(sdk-)?checksum-/.test(name)) ||
    isDescribed(input.parameters, name);
  const needsChecksum = isNode(checksum) && checksum.requestChecksumRequired === true;
  return [({ headers }) => unknownHeaders(headers, isKnown), ...(needsChecksum ? [checksumRule] : [])];
}

/** What an answer of success has to keep to besides its members. */
export function successRules(output: Bindings): readonly ((answer: SentAnswer) => readonly Finding[])[] {
  const isKnown = (name: string) => answerHeaders.has(name) || isDescribed(output.parameters, name);
  return [({ headers }) => unknownHeaders(headers, isKnown)];
}

/** @see {@link https://smithy.io/2.0/aws/aws-core.html#aws-protocols-httpchecksum-trait | Smithy: httpChecksum} */
function checksumRule({ headers }: SentRequest): readonly Finding[] {
  const isChecksum = (name: string) =>
    /^(content-md5|x-amz-trailer|x-amz-checksum-(?!algorithm).*)$/.test(name);
  if (Object.keys(headers).some(isChecksum)) return [];
  return [{ place: 'header x-amz-checksum-*', says: 'is required, or content-md5 is' }];
}

function unknownHeaders(
  headers: Readonly<Record<string, string>>,
  isKnown: (name: string) => boolean,
): readonly Finding[] {
  return Object.keys(headers)
    .filter((name) => own.test(name) && !isKnown(name))
    .map((name) => ({ place: `header ${name}`, says: 'is not described' }));
}

function isDescribed(parameters: readonly DescribedParameter[], sent: string): boolean {
  return parameters.some(
    ({ in: place, name, prefix }) => place === 'header' && (prefix ? sent.startsWith(name) : sent === name),
  );
}
