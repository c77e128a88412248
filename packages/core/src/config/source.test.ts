import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absent, merge, placeOf, type SourceNode, start, toPlain } from './source.ts';

/** Plain data as a tree whose places say in which layer it was written. */
function tree(value: unknown, line: number): SourceNode {
  const place = { line, column: 1 };
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => tree(item, line)), place };
  if (typeof value !== 'object' || value === null) {
    return { kind: 'scalar', value: value as string | number | boolean | null, place, written: '' };
  }
  const entries = Object.entries(value).map(
    ([key, item]) => [key, { keyPlace: place, node: tree(item, line) }] as const,
  );
  return { kind: 'map', entries: new Map(entries), place };
}

function merged(...layers: readonly unknown[]): unknown {
  const result = layers
    .map((layer, index) => tree(layer, index + 1))
    .reduce<SourceNode | undefined>(merge, undefined);
  return result === undefined ? undefined : toPlain(result);
}

const key = fc.constantFrom('a', 'b', 'c', 'constructor', 'toString');
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 3 }),
    tie('mapping'),
  ),
  mapping: fc.dictionary(key, tie('anything'), { maxKeys: 4 }),
}));
const mapping = fc.dictionary(key, anything, { maxKeys: 4 });

/** Mappings all the way, so that layers never disagree on what is a mapping. */
const shape = fc.letrec((tie) => ({
  level1: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('level2')),
  level2: fc.dictionary(fc.constantFrom('d', 'e'), fc.integer()),
}));

describe('laying one layer on another', () => {
  it.each<readonly [string, readonly unknown[], unknown]>([
    ['mappings key by key', [{ a: { x: 1, y: 1 } }, { a: { y: 2 }, b: 3 }], { a: { x: 1, y: 2 }, b: 3 }],
    ['lists as a whole', [{ a: [1, 2, 3] }, { a: [4] }], { a: [4] }],
    ['an empty value on a scalar', [{ a: 1 }, { a: null }], { a: null }],
    ['an empty heading on a mapping, which does nothing', [{ a: { x: 1 } }, { a: null }], { a: { x: 1 } }],
    ['a mapping on a scalar', [{ a: 1 }, { a: { x: 1 } }], { a: { x: 1 } }],
  ])('merges %s', (_what, layers, expected) => {
    expect(merged(...layers)).toEqual(expected);
  });

  it('leaves a value as it is when laid on itself or on nothing', () => {
    fc.assert(
      fc.property(mapping, (one) => {
        expect(merged(one, one)).toEqual(merged(one));
        expect(merged({}, one)).toEqual(merged(one));
        expect(merged(one, {})).toEqual(merged(one));
      }),
    );
  });

  it('keeps every key of both, and every value of the upper one that is not empty', () => {
    fc.assert(
      fc.property(mapping, mapping, (below, above) => {
        const result = merged(below, above) as Record<string, unknown>;
        expect(new Set(Object.keys(result))).toEqual(new Set([...Object.keys(below), ...Object.keys(above)]));
        for (const [name, value] of Object.entries(above)) {
          if (typeof value !== 'object') expect(result[name]).toBe(value);
        }
        for (const [name, value] of Object.entries(below)) {
          if (!Object.hasOwn(above, name)) expect(result[name]).toEqual(value);
        }
      }),
    );
  });

  it('does not matter in which order layers are put together, while their forms agree', () => {
    fc.assert(
      fc.property(shape.level1, shape.level1, shape.level1, (one, two, three) => {
        expect(merged(merged(one, two), three)).toEqual(merged(one, merged(two, three)));
      }),
    );
  });

  it('changes neither layer', () => {
    fc.assert(
      fc.property(mapping, mapping, (below, above) => {
        const [one, two] = [tree(below, 1), tree(above, 2)];
        merge(one, two);
        expect([toPlain(one), toPlain(two)]).toEqual([below, above].map((value) => toPlain(tree(value, 1))));
      }),
    );
  });

  it('remembers which layer each value came from', () => {
    const result = merge(tree({ a: { x: 1, y: 1 } }, 1), tree({ a: { y: 2 } }, 2));
    expect(placeOf(result, ['a', 'x'], 'value').line).toBe(1);
    expect(placeOf(result, ['a', 'y'], 'value').line).toBe(2);
    expect(placeOf(result, ['a', 'z', 'deeper'], 'value').line).toBe(2);
    expect(placeOf(undefined, ['a'], 'value')).toEqual(start);
  });

  it('leaves out of a mapping what a reader calls absent, and keeps places in a list', () => {
    const read = toPlain(tree({ a: 'x', b: ['x', 'y'], c: 'y' }, 1), ({ value }) =>
      value === 'x' ? absent : value,
    );
    expect(read).toEqual({ b: [undefined, 'y'], c: 'y' });
  });
});
