import { describe, expect, it } from 'vitest';
import { createPortSuite, type PortCase } from './port-suite.ts';

interface Context {
  readonly name: string;
}
interface Case extends PortCase<Context> {
  readonly needs?: string;
}

function open(fails: 'open' | 'close' | 'never' = 'never') {
  const closed: string[] = [];
  const cases: readonly Case[] = [
    { id: 'X-001', title: 'passes', run: async ({ name }) => void expect(name).toBe('box of X-001') },
    { id: 'X-002', title: 'fails', run: () => Promise.reject(new Error('not so')) },
    { id: 'X-003', title: 'needs more', needs: 'wings', run: async () => {} },
    { id: 'X-004', title: 'throws what is no error', run: () => Promise.reject('oh') },
  ];
  const suite = createPortSuite<
    Context,
    Case,
    { readonly label: string },
    Context & { close(): Promise<void> }
  >({
    cases,
    open: async ({ label }, { id }) => {
      if (fails === 'open') throw new Error('does not open');
      return {
        name: `${label} of ${id}`,
        close: async () => {
          closed.push(id);
          if (fails === 'close') throw new Error('does not close');
        },
      };
    },
    contextOf: ({ name }) => ({ name }),
    whyNot: ({ needs }) => needs && `it has no ${needs}`,
  });
  return { suite, closed };
}
const harness = { label: 'box' };

describe('a suite of a port', () => {
  it('says of each case what became of it, and closes what it opened', async () => {
    const { suite, closed } = open();
    expect(await suite.runAll(harness)).toEqual({
      passed: 1,
      failed: 2,
      notApplicable: 1,
      results: [
        { id: 'X-001', title: 'passes', outcome: 'passed' },
        { id: 'X-002', title: 'fails', outcome: 'failed', says: 'not so' },
        { id: 'X-003', title: 'needs more', outcome: 'not applicable', says: 'it has no wings' },
        { id: 'X-004', title: 'throws what is no error', outcome: 'failed', says: 'oh' },
      ],
    });
    expect(closed).toEqual(['X-001', 'X-002', 'X-003', 'X-004']);
  });

  it('runs those that are named', async () => {
    const { results } = await open().suite.runAll(harness, { ids: ['X-003'] });
    expect(results.map(({ id }) => id)).toEqual(['X-003']);
  });

  it.each(['open', 'close'] as const)('fails a case whose harness does not %s', async (fails) => {
    const [first] = (await open(fails).suite.runAll(harness)).results;
    expect(first).toMatchObject({ outcome: 'failed', says: `does not ${fails}` });
  });
});
