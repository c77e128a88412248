/**
 * Words of the command line as arguments of an operation.
 *
 * 1. A word that is JSON is that value; every other one is a text. A text that looks like JSON is put in quotes: `'"42"'`.
 * 2. `name=value` with the name of a parameter is that parameter.
 * 3. Every other `name=value` is a field of one object, which takes the place where the first of them stands; `a.b=1`
 *    is a field of a field. A word is one of these when it begins with a name and `=`.
 */
import { suggest } from '@im/core';
import { usageError } from './failure.ts';

/** What is needed of an operation. */
export interface Signature {
  /** `spotify.getTrack`, for messages. */
  readonly shown: string;
  /** Names as a caller may write them. */
  readonly parameters: readonly string[];
}

/**
 * Reads the words.
 *
 * @returns one value for each parameter; `undefined` where none was given
 * @throws `CommandError` of usage: more than there are, a parameter twice, two values for one field
 */
export function readArguments(
  words: readonly string[],
  { shown, parameters }: Signature,
): readonly unknown[] {
  const values = new Map<number, unknown>();
  const fields: { at: number; object: Record<string, unknown> } = { at: -1, object: {} };
  let next = 0;
  const free = (): number => {
    while (values.has(next) || next === fields.at) next += 1;
    return next;
  };
  for (const word of words) {
    const [, name, text = ''] = /^([A-Za-z_$][\w$]*(?:\.[\w$]+)*)=([\s\S]*)$/.exec(word) ?? [];
    const named = name === undefined ? -1 : parameters.indexOf(name);
    if (name === undefined) values.set(free(), jsonOrText(word));
    else if (named >= 0) {
      if (values.has(named)) throw usageError(`${shown}: ${name} is given twice`);
      values.set(named, jsonOrText(text));
    } else {
      if (fields.at < 0) fields.at = free();
      setField(fields.object, name.split('.'), jsonOrText(text), `${shown}: ${name}`);
    }
  }
  if (fields.at >= 0) values.set(fields.at, fields.object);
  const highest = Math.max(-1, ...values.keys());
  if (highest >= parameters.length) throw tooMany(shown, parameters, Object.keys(fields.object));
  return parameters.map((_, index) => values.get(index));
}

function tooMany(shown: string, parameters: readonly string[], fields: readonly string[]) {
  const takes = parameters.length === 0 ? 'takes no arguments' : `takes ${parameters.join(', ')}`;
  const [meant] = fields.flatMap((field) => suggest(field, parameters) ?? []);
  return usageError(
    `${shown} ${takes}, and more was given`,
    meant === undefined ? undefined : `did you mean ${meant}=…?`,
  );
}

function jsonOrText(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    // What begins like JSON was meant as JSON; as a text it would travel to the vendor in silence.
    if (/^[[{"]/.test(word))
      throw usageError(`${word.slice(0, 40)} is no valid JSON`, 'quote it for the shell: \'{"a":1}\'');
    return word;
  }
}

function setField(
  target: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
  shown: string,
): void {
  const [first = '', ...rest] = path;
  const inside = Object.hasOwn(target, first) ? target[first] : undefined;
  if (rest.length === 0) {
    if (inside !== undefined) throw usageError(`${shown} is given twice`);
    Object.defineProperty(target, first, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  const isObject = typeof inside === 'object' && inside !== null && !Array.isArray(inside);
  if (inside !== undefined && !isObject) throw usageError(`${shown}: ${first} has a value already`);
  const deeper = isObject ? (inside as Record<string, unknown>) : {};
  Object.defineProperty(target, first, {
    value: deeper,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  setField(deeper, rest, value, shown);
}
