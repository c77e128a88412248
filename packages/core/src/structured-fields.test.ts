import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeVectors } from './__tests__/vectors.ts';
import {
  DisplayString,
  FieldDate,
  type InnerList,
  type Item,
  type Parameters,
  parseStructuredField,
  Token,
} from './structured-fields.ts';

interface Case {
  readonly name: string;
  readonly raw: readonly string[];
  readonly header_type: 'item' | 'list' | 'dictionary';
  readonly expected?: unknown;
  readonly must_fail?: boolean;
  readonly can_fail?: boolean;
}

/** RFC 4648 §6, as the vectors write bytes. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  const text = groups
    .map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(group.padEnd(5, '0'), 2)])
    .join('');
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

function bare(value: Item['value']): unknown {
  if (value instanceof Token) return { __type: 'token', value: value.value };
  if (value instanceof DisplayString) return { __type: 'displaystring', value: value.value };
  if (value instanceof FieldDate) return { __type: 'date', value: value.seconds };
  if (value instanceof Uint8Array) return { __type: 'binary', value: base32(value) };
  return value;
}

const parameters = (all: Parameters) => [...all].map(([name, value]) => [name, bare(value)]);

function member({ value, parameters: all }: Item | InnerList): unknown {
  return [Array.isArray(value) ? value.map(member) : bare(value as Item['value']), parameters(all)];
}

function asExpected(
  field: Item | readonly (Item | InnerList)[] | ReadonlyMap<string, Item | InnerList>,
): unknown {
  if (field instanceof Map) return [...field].map(([name, value]) => [name, member(value)]);
  return Array.isArray(field) ? field.map(member) : member(field as Item);
}

describeVectors('RFC 9651 test set', 'structured-fields', (folder) => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const cases: readonly Case[] = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    it(`reads all ${cases.length} cases of ${file} as they are meant`, () => {
      const wrong = cases.flatMap(({ name, raw, header_type: kind, expected, must_fail, can_fail }) => {
        const parsed = parseStructuredField(kind, raw);
        if (parsed === undefined) return must_fail || can_fail ? [] : [`${name}: refused`];
        if (must_fail) return [`${name}: accepted`];
        const actual = JSON.stringify(asExpected(parsed));
        // -0 and 0 are one number in JSON.
        return actual === JSON.stringify(expected)
          ? []
          : [`${name}: ${actual}, expected ${JSON.stringify(expected)}`];
      });
      expect(wrong).toEqual([]);
    });
  }
});

describe('parseStructuredField', () => {
  it('reads the RateLimit header of the present draft', () => {
    const [first] = parseStructuredField('list', '"default";r=50;t=30') ?? [];
    expect(first?.value).toBe('default');
    expect([...(first?.parameters ?? [])]).toEqual([
      ['r', 50],
      ['t', 30],
    ]);
  });

  it('joins several lines of one header', () => {
    expect(parseStructuredField('list', ['1', '2'])).toHaveLength(2);
  });

  it('refuses a value as a whole when its end is broken', () => {
    expect(parseStructuredField('list', '1, 2,')).toBeUndefined();
    expect(parseStructuredField('item', '1 2')).toBeUndefined();
  });
});
