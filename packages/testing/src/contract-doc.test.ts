import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conformanceCases } from './cases.ts';
import { stateStoreCases } from './state-store-cases.ts';

/** Demands of the page, each with the cases that it names. */
const page = readFileSync(new URL('../../../docs/contract.md', import.meta.url), 'utf8');
const demands = new Map(
  page
    .split(/^(?=\*\*M-\d\d )/m)
    .slice(1)
    .map((text) => [
      text.slice(2, 6),
      [...(text.split(/^## /m)[0] ?? '').matchAll(/C-\d{3}/g)].map(([id]) => id),
    ]),
);

describe('docs/contract.md', () => {
  it('names for each demand exactly the cases that prove it', () => {
    const proven = Map.groupBy(conformanceCases, ({ must }) => must);
    const cases = [...proven].map(([must, list]) => [must, list.map(({ id }) => id).sort()] as const);
    const named = [...demands].map(([must, ids]) => [must, [...ids].sort()] as const);
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(cases));
  });

  it('has no demand without a case', () => {
    expect(demands.size).toBeGreaterThan(20);
    for (const [must, ids] of demands) expect(ids, must).not.toEqual([]);
  });
});

describe('ids of cases', () => {
  it.each([
    ['integrations', conformanceCases.map(({ id }) => id), /^C-\d{3}$/],
    ['state stores', stateStoreCases.map(({ id }) => id), /^S-\d{2}$/],
  ])('for %s are unique and well-formed', (_what, ids, form) => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(form);
  });
});
