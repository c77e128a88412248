/** What the fake knows: entries by name, with the rules by which filters fit them. */
import { inChain } from '../schema.ts';
import { type Dn, rawDn } from '../text/dn.ts';
import type { FilterNode } from '../text/parse-filter.ts';

/** An entry as it is put in: attributes in the directory's spelling. */
export type FakeAttributes = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;

/** An entry as it is kept. */
export interface FakeEntry {
  readonly dn: Dn;
  readonly attributes: Map<string, { readonly name: string; readonly values: readonly Buffer[] }>;
}

/** Attributes that are given only when they are asked for by name, or by `+`. RFC 4512 §3.4 */
const operational = new Set(['entryuuid', 'memberof', 'structuralobjectclass']);

/** Attributes whose values are names of entries. */
const names = new Set(['member', 'memberof', 'uniquemember', 'manager', 'owner']);

/** See the head of this file. */
export class Tree {
  readonly #entries = new Map<string, FakeEntry>();

  put(name: string, attributes: FakeAttributes): void {
    const dn = rawDn(name);
    const kept: FakeEntry['attributes'] = new Map();
    for (const [attribute, given] of Object.entries(attributes)) {
      const values = (Array.isArray(given) ? given : [given]) as readonly (string | Buffer)[];
      kept.set(attribute.toLowerCase(), {
        name: attribute,
        values: values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value)),
      });
    }
    this.#entries.set(dn.key, { dn, attributes: kept });
  }

  remove(name: string): boolean {
    return this.#entries.delete(rawDn(name).key);
  }

  get(name: string): FakeEntry | undefined {
    return this.#entries.get(rawDn(name).key);
  }

  /** Entries in the scope of a search, in the order in which they were put in; `undefined` when there is no such base. */
  within(base: string, scope: number): readonly FakeEntry[] | undefined {
    const top = rawDn(base);
    const all = [...this.#entries.values()];
    if (!this.#entries.has(top.key) && top.key !== '') return undefined;
    const depth = top.rdns.length;
    return all.filter(({ dn }) => {
      if (scope === 0) return dn.key === top.key;
      if (!dn.isWithin(top)) return false;
      return scope === 2 || (scope === 1 ? dn.rdns.length === depth + 1 : dn.rdns.length > depth);
    });
  }

  /** Values of an attribute; `memberOf` is worked out, as the overlay of that name does. */
  values(entry: FakeEntry, attribute: string): readonly Buffer[] {
    const key = attribute.toLowerCase();
    if (key !== 'memberof') return entry.attributes.get(key)?.values ?? [];
    return this.#groupsHolding(entry.dn.key).map(({ dn }) => Buffer.from(dn.text));
  }

  /** Attributes that a search gives, of those that were asked for. */
  select(entry: FakeEntry, wanted: readonly string[]): readonly (readonly [string, readonly Buffer[]])[] {
    const asked = new Set(wanted.map((name) => name.toLowerCase()));
    if (asked.has('1.1')) return [];
    const isAll = asked.size === 0 || asked.has('*');
    const all = new Map([...entry.attributes].map(([key, { name }]) => [key, name]));
    all.set('memberof', 'memberOf');
    const given = [...all].filter(([key]) => {
      if (key === 'userpassword') return false;
      return asked.has(key) || (operational.has(key) ? asked.has('+') : isAll);
    });
    return given
      .map(([key, name]) => [name, this.values(entry, key)] as const)
      .filter(([, values]) => values.length > 0);
  }

  fits(entry: FakeEntry, filter: FilterNode): boolean {
    switch (filter.kind) {
      case 'and':
        return filter.of.every((one) => this.fits(entry, one));
      case 'or':
        return filter.of.some((one) => this.fits(entry, one));
      case 'not':
        return !this.fits(entry, filter.of);
      case 'present':
        return this.values(entry, filter.attribute).length > 0;
      case 'extensible':
        return filter.rule === inChain && this.#isInChain(entry, filter.attribute ?? '', filter.value);
      default: {
        const test = tests[filter.kind];
        const read = normalizer(filter.attribute);
        return this.values(entry, filter.attribute).some((value) => test(read, value, filter as never));
      }
    }
  }

  #groupsHolding(key: string): readonly FakeEntry[] {
    return [...this.#entries.values()].filter(({ attributes }) =>
      attributes.get('member')?.values.some((value) => rawDn(value.toString()).key === key),
    );
  }

  /** Follows `member` down or `memberOf` up, through every level. */
  #isInChain(entry: FakeEntry, attribute: string, value: Buffer): boolean {
    const wanted = rawDn(value.toString()).key;
    const seen = new Set<string>();
    const reach = (from: FakeEntry): boolean =>
      this.values(from, attribute).some((name) => {
        const { key } = rawDn(name.toString());
        if (key === wanted) return true;
        if (seen.has(key)) return false;
        seen.add(key);
        const next = this.#entries.get(key);
        return next !== undefined && reach(next);
      });
    return reach(entry);
  }
}

type Read = (value: Buffer) => string;

/** How values of an attribute are compared: names as names, the rest without case and runs of spaces. */
function normalizer(attribute: string): Read {
  if (names.has(attribute.toLowerCase())) {
    return (value) => {
      try {
        return rawDn(value.toString()).key;
      } catch {
        // What is no name is like no name.
        return `\u0000${value.toString('hex')}`;
      }
    };
  }
  return (value) => {
    const text = value.toString('utf8');
    return Buffer.from(text).equals(value)
      ? text.toLowerCase().trim().replace(/ +/g, ' ')
      : value.toString('hex');
  };
}

type Assertion = Extract<FilterNode, { readonly value: Buffer; readonly attribute: string }>;
type Substrings = Extract<FilterNode, { readonly kind: 'substrings' }>;

function isEqual(read: Read, value: Buffer, { value: wanted }: Assertion): boolean {
  return read(value) === read(wanted);
}

const tests = {
  equal: isEqual,
  approximate: isEqual,
  greater: (read: Read, value: Buffer, filter: Assertion) => read(value) >= read(filter.value),
  less: (read: Read, value: Buffer, filter: Assertion) => read(value) <= read(filter.value),
  substrings: (_read: Read, value: Buffer, { initial, any, final }: Substrings) => {
    const text = value.toString().toLowerCase();
    const lower = (piece: Buffer | undefined) => piece?.toString().toLowerCase() ?? '';
    if (!text.startsWith(lower(initial))) return false;
    let at = lower(initial).length;
    for (const piece of any) {
      const found = text.indexOf(lower(piece), at);
      if (found < 0) return false;
      at = found + lower(piece).length;
    }
    return text.length - lower(final).length >= at && text.endsWith(lower(final));
  },
};
