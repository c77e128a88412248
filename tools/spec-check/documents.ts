import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** An object of a document, of which nothing is known yet. */
export type Node = Readonly<Record<string, unknown>>;

/** A part of a document, and the file it stands in, from which its own references count. */
export interface Located {
  readonly node: unknown;
  readonly file: string;
  /** `/components/schemas/Album`; empty for the whole document. */
  readonly pointer: string;
}

/** Whether `value` is an object, neither null nor a list. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` as a list; empty when it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Entries of `value`; none when it is no object. */
export function entriesOf(value: unknown): [string, unknown][] {
  return isNode(value) ? Object.entries(value) : [];
}

/** Documents in JSON or YAML, each read once, and the references between them. */
export class Documents {
  readonly #documents = new Map<string, unknown>();

  /** Lets `file`, which need not exist, stand for a document that was made of another. */
  add(file: string, document: unknown): void {
    this.#documents.set(resolve(file), document);
  }

  /** The parsed document. */
  load(file: string): unknown {
    const path = resolve(file);
    if (!this.#documents.has(path)) {
      const text = readFileSync(path, 'utf8');
      this.#documents.set(
        path,
        path.endsWith('.json') ? JSON.parse(text) : parse(text, { maxAliasCount: -1 }),
      );
    }
    return this.#documents.get(path);
  }

  /**
   * What a `$ref` that stands in `from` means. References to references are followed.
   *
   * @throws Error when nothing is there, or when it leads in a circle
   */
  resolve(reference: string, from: string): Located {
    const seen = new Set<string>();
    for (let file = from, ref = reference; ; ) {
      const [path = '', pointer = ''] = ref.split('#');
      file = path === '' ? file : resolve(dirname(file), path);
      const key = `${file}#${pointer}`;
      if (seen.has(key)) throw new Error(`${key}: the reference leads in a circle`);
      seen.add(key);
      const node = this.#at(file, pointer);
      if (!isNode(node) || typeof node.$ref !== 'string' || Object.keys(node).length > 1)
        return { node, file, pointer };
      ref = node.$ref;
    }
  }

  /** `node`, or what it refers to. */
  follow(node: unknown, from: string): Located {
    return isNode(node) && typeof node.$ref === 'string'
      ? this.resolve(node.$ref, from)
      : { node, file: from, pointer: '' };
  }

  #at(file: string, pointer: string): unknown {
    let node: unknown = this.load(file);
    for (const part of pointer.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const next: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined;
      if (next === undefined) throw new Error(`${file}#${pointer}: nothing is there`);
      node = next;
    }
    return node;
  }
}
