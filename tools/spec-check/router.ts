/**
 * Which operation of which description a request means.
 *
 * 1. Method, path and selectors must hold, and it must not be meant for another service.
 * 2. Of several, the one with the most selectors is meant; of these, the one with the most literal text in its path.
 * 3. Of several still, the one that fits best (`fit.ts`): S3 tells CopyObject from PutObject by a required header only.
 */
import type { DescribedOperation, Description, Selector, SentRequest } from './description.ts';
import { byFit } from './fit.ts';
import { decodePart, formFields } from './requests.ts';

/** An operation found for a request. */
export interface Route {
  readonly operation: DescribedOperation;
  /** Tells apart operations of the same id in different descriptions. */
  readonly key: string;
  /** Decoded values of the path's `{name}` parts. */
  readonly path: Readonly<Record<string, string>>;
  /** As the description sees it. */
  readonly request: SentRequest;
}

/**
 * `outside`: below no server of the descriptions, or for another service. `unknown`: below one, but no path of its own. `method`: the path is
 * there. `selector`: the method too, but with another query, header or form.
 */
export type Miss = 'outside' | 'unknown' | 'method' | 'selector';

interface Pattern {
  readonly operation: DescribedOperation;
  readonly key: string;
  readonly arrange: ((request: SentRequest) => SentRequest) | undefined;
  readonly expression: RegExp;
  readonly names: readonly string[];
  readonly selectors: readonly Selector[];
  /** Selectors that must hold. */
  readonly exact: number;
  /** Literal text in the path: the more, the more exact. */
  readonly literal: number;
}

/** Finds operations for one provider. `servers` replace those that the descriptions name. */
export function createRouter(
  descriptions: readonly Description[],
  servers: readonly string[] | undefined,
): (request: SentRequest) => Route | Miss {
  const prefixes = new Set<string>();
  const patterns = descriptions.flatMap((description, index) => {
    const all = servers ?? (description.servers.length > 0 ? description.servers : ['/']);
    const bases = new Set(all.map(basePath));
    for (const prefix of bases) prefixes.add(prefix);
    return description.operations.flatMap((operation) => {
      if (operation.absolute) prefixes.add(literalPrefix(operation.template));
      const own = operation.absolute ? [''] : [...bases];
      return own.map((prefix) => toPattern(prefix, operation, description, index));
    });
  });
  patterns.sort((one, other) => other.exact - one.exact || other.literal - one.literal);

  const isForeign = (request: SentRequest) => descriptions.some((one) => one.isForeign?.(request));

  return (request) => {
    if (isForeign(request)) return 'outside';
    const found = patterns.flatMap((pattern) => toCandidate(pattern, request));
    const sameMethod = found.filter(
      ({ operation, request: arranged }) => operation.method === arranged.method,
    );
    const [first, ...rest] = sameMethod.filter(({ pattern, request: arranged }) =>
      pattern.selectors.every((selector) => holds(selector, arranged)),
    );
    if (first !== undefined) return byFit([first, ...rest.filter((one) => isAsExact(one, first))]);
    if (sameMethod.length > 0) return 'selector';
    if (found.length > 0) return 'method';
    const isBelow = (prefix: string) => `${request.path}/`.startsWith(`${prefix}/`);
    return [...prefixes].some(isBelow) ? 'unknown' : 'outside';
  };
}

/** `https://api.example.com/v1/` → `/v1`. */
function basePath(server: string): string {
  return new URL(server, 'http://fake.invalid').pathname.replace(/\/+$/, '');
}

/** `/upload/v1/things/{id}` → `/upload/v1/things`. */
function literalPrefix(template: string): string {
  return (/^[^{?]*/.exec(template)?.[0] ?? '').replace(/\/[^/]*$/, '');
}

function toPattern(
  prefix: string,
  operation: DescribedOperation,
  { arrange }: Description,
  index: number,
): Pattern {
  const [path = '', query = ''] = operation.template.split('?');
  const names: string[] = [];
  let literal = 0;
  const source = path.split(/(\{[^}]+\})/).map((part) => {
    const [, slash = '', name = '', many = ''] = /^\{(\/?)([^}+]+)(\+?)\}$/.exec(part) ?? [];
    if (name !== '') {
      names.push(name);
      const own = operation.patterns?.[name];
      if (slash !== '') return '(?:/([^/]*))?';
      return own === undefined ? (many === '' ? '([^/]+)' : '(.+)') : `(${own})`;
    }
    literal += part.length;
    return asLiteral(part);
  });
  const inTemplate = [...new URLSearchParams(query)].filter(([, value]) => !value.startsWith('{'));
  const selectors = [
    ...inTemplate.map(([name, value]): Selector => ({ in: 'query', name, value })),
    ...(operation.selectors ?? []),
  ];
  return {
    operation,
    key: `${index} ${operation.id}`,
    arrange,
    // The root of an API below a path is that path, with or without a slash.
    expression: new RegExp(
      `^${asLiteral(prefix)}${path === '/' && prefix !== '' ? '/?' : source.join('')}$`,
      's',
    ),
    names,
    literal,
    selectors,
    exact: selectors.filter(({ optional }) => !optional).length,
  };
}

function asLiteral(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

interface Candidate extends Route {
  readonly pattern: Pattern;
}

function toCandidate(pattern: Pattern, sent: SentRequest): Candidate[] {
  const request = pattern.arrange?.(sent) ?? sent;
  const values = pattern.expression.exec(request.path);
  if (values === null) return [];
  const path = Object.fromEntries(
    pattern.names.map((name, index) => [name, decodePart(values[index + 1] ?? '')]),
  );
  return [{ operation: pattern.operation, key: pattern.key, path, request, pattern }];
}

function isAsExact({ pattern }: Candidate, first: Candidate): boolean {
  return pattern.exact === first.pattern.exact && pattern.literal === first.pattern.literal;
}

function holds({ in: place, name, value, optional }: Selector, request: SentRequest): boolean {
  const header = request.headers[name];
  const sent = {
    query: () => request.query,
    header: () => (header === undefined ? [] : [[name, header] as const]),
    form: () => formFields(request),
  }
    [place]()
    .filter(([key]) => key === name);
  if (sent.length === 0) return optional === true;
  return value === undefined || sent.some(([, text]) => text === value);
}
