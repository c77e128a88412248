/** Parameters of a request: `metadata[order]=1&items[0][price]=p` as a tree, read with Stripe's own complaints. */
import { invalid } from './refusals.ts';

/** A parameter as it came: text, or more of them. */
export type Given = string | { readonly [name: string]: Given };

/** Reads a query or a form. Lists are numbered (`a[0]`) or not (`a[]`). */
export function readInput(pairs: Iterable<readonly [string, string]>): Input {
  const root: Record<string, Given> = {};
  for (const [name, value] of pairs) {
    const [first = '', ...rest] = name.replaceAll(']', '').split('[');
    let target = root;
    let key = first;
    for (const part of rest) {
      const inner = target[key];
      const next: Record<string, Given> = typeof inner === 'object' ? { ...inner } : {};
      target[key] = next;
      target = next;
      key = part === '' ? String(Object.keys(next).length) : part;
    }
    target[key] = value;
  }
  return new Input(root, '');
}

/** See {@link readInput}. An empty text takes away what was there, and is told apart from what is absent. */
export class Input {
  readonly #given: Readonly<Record<string, Given>>;
  readonly #place: string;

  constructor(given: Readonly<Record<string, Given>>, place: string) {
    this.#given = given;
    this.#place = place;
  }

  /** The tree, to compare requests by. */
  get given(): Readonly<Record<string, Given>> {
    return this.#given;
  }

  /** Refuses what is not among these. `expand` is always. */
  only(names: string): this {
    const known = new Set([...names.split(' '), 'expand']);
    const stranger = Object.keys(this.#given).find((name) => !known.has(name));
    if (stranger === undefined) return this;
    throw invalid(`Received unknown parameter: ${this.#named(stranger)}`, {
      code: 'parameter_unknown',
      param: this.#named(stranger),
    });
  }

  has(name: string): boolean {
    return this.#given[name] !== undefined;
  }

  /** Text that is there and not empty. */
  text(name: string): string | undefined {
    const value = this.#given[name];
    if (typeof value === 'object')
      throw invalid(`Invalid string: ${this.#named(name)}`, { param: this.#named(name) });
    return value === '' ? undefined : value;
  }

  /** Of the texts, one that must be there. */
  needed(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    if (this.#given[name] === '')
      throw invalid(`You passed an empty string for '${this.#named(name)}'.`, {
        code: 'parameter_invalid_empty',
        param: this.#named(name),
      });
    throw invalid(`Missing required param: ${this.#named(name)}.`, {
      code: 'parameter_missing',
      param: this.#named(name),
    });
  }

  /** One of some words. */
  choice<const Words extends readonly string[]>(name: string, words: Words): Words[number] | undefined {
    const value = this.text(name);
    if (value === undefined || words.includes(value)) return value;
    throw invalid(`Invalid ${this.#named(name)}: must be one of ${words.join(', ')}`, {
      param: this.#named(name),
    });
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(value))
      throw invalid(`Invalid integer: ${value}`, {
        code: 'parameter_invalid_integer',
        param: this.#named(name),
      });
    return Number(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined || value === 'true' || value === 'false') return value && value === 'true';
    throw invalid(`Invalid boolean: ${value}`, { param: this.#named(name) });
  }

  /** Parameters inside; none when absent. */
  inside(name: string): Input {
    const value = this.#given[name];
    return new Input(typeof value === 'object' ? value : {}, this.#named(name));
  }

  /** Lists of parameters. */
  each(name: string): Input[] {
    const value = this.#given[name];
    if (typeof value !== 'object') return [];
    return Object.entries(value).map(
      ([key, inner]) => new Input(typeof inner === 'object' ? inner : {}, `${this.#named(name)}[${key}]`),
    );
  }

  /** Lists of texts. */
  texts(name: string): string[] {
    const value = this.#given[name];
    return typeof value === 'object' ? Object.values(value).filter((one) => typeof one === 'string') : [];
  }

  /** Metadata after a change: what is given is set, what is given empty goes. */
  metadata(before: Readonly<Record<string, string>> = {}): Record<string, string> {
    const given = this.#given.metadata;
    if (given === '') return {};
    const next = { ...before };
    for (const [key, value] of Object.entries(typeof given === 'object' ? given : {})) {
      if (key.length > 40)
        throw invalid(`Metadata keys can be at most 40 characters: ${key}`, { param: `metadata[${key}]` });
      if (typeof value !== 'string' || value.length > 500)
        throw invalid(`Metadata values can be at most 500 characters: ${key}`, { param: `metadata[${key}]` });
      if (value === '') delete next[key];
      else next[key] = value;
    }
    if (Object.keys(next).length > 50)
      throw invalid('Metadata can hold at most 50 keys.', { param: 'metadata' });
    return next;
  }

  #named(name: string): string {
    return this.#place === '' ? name : `${this.#place}[${name}]`;
  }
}
