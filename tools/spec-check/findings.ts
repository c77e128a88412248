import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Finding } from './description.ts';

/** Keywords whose errors only repeat those of the schemas inside them. */
const containers = new Set(['if', 'allOf', '$ref']);

/** What Ajv found, without the values, each thing once however many items of a list have it. */
export function toFindings(errors: readonly ErrorObject[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const error of errors) {
    if (containers.has(error.keyword) || isRedacted(error.data)) continue;
    const finding = { place: placeOf(error.instancePath), says: wordsOf(error) };
    found.set(`${finding.place} ${finding.says}`, finding);
  }
  return [...found.values()];
}

/** A credential that the recording left out: what it was is not known. */
function isRedacted(value: unknown): boolean {
  return typeof value === 'string' && value.includes('[redacted]');
}

/** `/value/tracks/0/id` → `tracks[].id`. */
function placeOf(instancePath: string): string {
  const parts = instancePath
    .split('/')
    .slice(2)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce(
    (place, part) => (/^\d+$/.test(part) ? `${place}[]` : place === '' ? part : `${place}.${part}`),
    '',
  );
}

function wordsOf({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'unevaluatedProperties')
    return `has a property that is not described: ${params.unevaluatedProperty}`;
  if (keyword === 'additionalProperties')
    return `has a property that is not described: ${params.additionalProperty}`;
  if (keyword === 'false schema') return 'has no place in this direction, or is not described';
  if (keyword === 'enum') return `must be one of ${JSON.stringify(params.allowedValues)}`;
  return message ?? keyword;
}
