/** Parameters against their description: which are there, how they are written, what they say. */
import type { DescribedOperation, DescribedParameter, Direction, Finding, Style } from './description.ts';

/** Parameters by where they stand, decoded. */
export interface SentParameters {
  readonly path: Readonly<Record<string, string>>;
  /** In order, a name as often as it was sent. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Described apart from the parameters (OpenAPI 3.1 §4.8.12.1). */
const ignoredHeaders = new Set(['accept', 'content-type', 'authorization']);
const separators: Readonly<Partial<Record<Style, string>>> = {
  spaceDelimited: ' ',
  pipeDelimited: '|',
  tabDelimited: '\t',
};
const redacted = '[redacted]';

/** Everything about the parameters of a request that `operation` does not allow. */
export function checkParameters(operation: DescribedOperation, sent: SentParameters): Finding[] {
  const findings = operation.parameters.flatMap((parameter) =>
    checkParameter(parameter, sent, 'request').map(({ place, says }) => ({
      place: `${parameter.in} parameter ${parameter.name}${place === '' ? '' : ` (${place})`}`,
      says,
    })),
  );
  const unknown = unknownQuery(operation, sent.query);
  return [
    ...findings,
    ...unknown.map((name) => ({ place: `query parameter ${name}`, says: 'is not described' })),
  ];
}

/** Everything about the headers of an answer that `described` does not allow. */
export function checkHeaders(
  described: readonly DescribedParameter[],
  headers: Readonly<Record<string, string>>,
): Finding[] {
  return described.flatMap((header) =>
    checkParameter(header, { path: {}, query: [], headers }, 'answer').map(({ place, says }) => ({
      place: `header ${header.name}${place === '' ? '' : ` (${place})`}`,
      says,
    })),
  );
}

/** Everything about one parameter that is not allowed; places are below it. */
export function checkParameter(
  parameter: DescribedParameter,
  sent: SentParameters,
  direction: Direction,
): readonly Finding[] {
  if (parameter.in === 'header' && ignoredHeaders.has(parameter.name.toLowerCase())) return [];
  if (parameter.prefix) return checkPrefixed(parameter, sent.headers, direction);
  const texts = textsOf(parameter, sent);
  if (texts === undefined) return parameter.required ? [{ place: '', says: 'is required' }] : [];
  if (texts.some((text) => text.includes(redacted))) return [];
  const read = readers[parameter.style];
  const value = parameter.json ? readJson(texts) : read(parameter, texts, sent);
  if (value === undefined) return [{ place: '', says: 'is not written as described' }];
  return parameter.json
    ? parameter.schema.check(value, direction)
    : parameter.schema.checkText(value, direction);
}

function checkPrefixed(
  { name, required, schema }: DescribedParameter,
  headers: SentParameters['headers'],
  direction: Direction,
): readonly Finding[] {
  const prefix = name.toLowerCase();
  const own = Object.entries(headers).filter(([key, text]) => key.startsWith(prefix) && text !== redacted);
  if (own.length === 0) return required ? [{ place: '', says: 'is required' }] : [];
  return schema.checkText(
    Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), text])),
    direction,
  );
}

/** What was sent under the parameter's name, as often as it was. `undefined`: nothing. */
function textsOf(
  { in: place, name, style, explode, schema }: DescribedParameter,
  sent: SentParameters,
): string[] | undefined {
  const named = (list: readonly (readonly [string, string])[]) => {
    const texts = list.filter(([key]) => key === name).map(([, value]) => value);
    return texts.length > 0 ? texts : undefined;
  };
  if (place === 'path') return sent.path[name] === undefined ? undefined : [sent.path[name]];
  if (place === 'header')
    return sent.headers[name.toLowerCase()] === undefined
      ? undefined
      : [sent.headers[name.toLowerCase()] ?? ''];
  if (place === 'cookie') return named(cookiesOf(sent.headers.cookie));
  if (style === 'deepObject')
    return sent.query.some(([key]) => key.startsWith(`${name}[`)) ? [''] : undefined;
  if (explode && onlyObject(schema.types)) return sent.query.length > 0 ? [''] : undefined;
  return named(sent.query);
}

function cookiesOf(header: string | undefined): [string, string][] {
  return (header ?? '').split(/;\s*/).flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 ? [[pair.slice(0, at), pair.slice(at + 1)] as [string, string]] : [];
  });
}

type Reader = (parameter: DescribedParameter, texts: readonly string[], sent: SentParameters) => unknown;

/** Text to value for each style; `undefined` where the text is not in the style. */
const readers: Readonly<Record<Style, Reader>> = {
  simple: (parameter, texts) => readDelimited(parameter, texts, ','),
  label: (parameter, [text = '']) =>
    text.startsWith('.')
      ? readDelimited(parameter, [text.slice(1)], parameter.explode ? '.' : ',')
      : undefined,
  matrix: (parameter, [text = '']) =>
    text.startsWith(`;${parameter.name}=`)
      ? readDelimited(
          parameter,
          [text.slice(parameter.name.length + 2).replaceAll(`;${parameter.name}=`, ',')],
          ',',
        )
      : undefined,
  form: (parameter, texts, sent) => {
    if (!parameter.explode) return readDelimited(parameter, texts, ',');
    if (onlyObject(parameter.schema.types)) return Object.fromEntries(sent.query);
    return parameter.schema.types.has('array') ? [...texts] : single(texts);
  },
  spaceDelimited: (parameter, texts) => readDelimited(parameter, texts, separators.spaceDelimited ?? ' '),
  pipeDelimited: (parameter, texts) => readDelimited(parameter, texts, separators.pipeDelimited ?? '|'),
  tabDelimited: (parameter, texts) => readDelimited(parameter, texts, separators.tabDelimited ?? '\t'),
  deepObject: (parameter, _, sent) =>
    nested(sent.query.filter(([key]) => key.startsWith(`${parameter.name}[`)))[parameter.name],
};

function readDelimited(
  { in: place, schema, explode }: DescribedParameter,
  texts: readonly string[],
  separator: string,
): unknown {
  if (schema.types.has('array')) {
    if (explode && texts.length > 1) return [...texts];
    const parts = single(texts)?.split(separator);
    return place === 'header' ? parts?.map((part) => part.trim()) : parts;
  }
  const text = single(texts);
  if (!onlyObject(schema.types) || text === undefined) return text;
  const parts = text.split(separator);
  if (explode) return Object.fromEntries(parts.map((part) => part.split('=', 2)));
  return Object.fromEntries(
    parts.flatMap((key, index) => (index % 2 === 0 ? [[key, parts[index + 1]]] : [])),
  );
}

function onlyObject(types: ReadonlySet<string>): boolean {
  return types.has('object') && !types.has('string') && !types.has('array');
}

/** A value that is no list stands once. */
function single(texts: readonly string[]): string | undefined {
  return texts.length === 1 ? texts[0] : undefined;
}

function readJson(texts: readonly string[]): unknown {
  try {
    return JSON.parse(single(texts) ?? '');
  } catch {
    return undefined;
  }
}

/** Names in `query` that `operation` does not describe, each once. */
export function unknownQuery(operation: DescribedOperation, query: SentParameters['query']): string[] {
  if (operation.openQuery) return [];
  const inQuery = operation.parameters.filter((one) => one.in === 'query');
  if (inQuery.some((one) => one.explode && one.style === 'form' && onlyObject(one.schema.types))) return [];
  const fixed = new Set([
    ...new URLSearchParams(operation.template.split('?')[1] ?? '').keys(),
    ...(operation.selectors ?? []).filter((one) => one.in === 'query').map(({ name }) => name),
  ]);
  const isKnown = (name: string) =>
    fixed.has(name) ||
    inQuery.some(
      (one) => one.name === name || (one.style === 'deepObject' && name.startsWith(`${one.name}[`)),
    );
  return [...new Set(query.map(([name]) => name).filter((name) => !isKnown(name)))];
}

/** `a[b]=1`, `c[]=2`, `c[0]=2` as objects and lists; a name that comes twice becomes a list. */
export function nested(pairs: Iterable<readonly [name: string, value: unknown]>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of pairs) {
    const [first = '', ...rest] = name.replaceAll(']', '').split('[');
    let target: Record<string, unknown> = root;
    let key = first;
    for (const part of rest) {
      if (typeof target[key] !== 'object' || target[key] === null) target[key] = {};
      target = target[key] as Record<string, unknown>;
      key = part === '' ? String(Object.keys(target).length) : part;
    }
    target[key] = key in target ? [target[key], value].flat() : value;
  }
  return listsIn(root) as Record<string, unknown>;
}

/** Objects whose keys are 0, 1, 2… become lists. */
function listsIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, listsIn(inner)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
