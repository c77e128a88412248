import { type Call, keyed, read } from '@im/core';
import { describe, expect, it } from 'vitest';
import { createShelf, shelf } from './__fixtures__/shelf.ts';
import { assertion, createShelfHarness } from './__fixtures__/shelf-fake.ts';
import { conformanceCases } from './cases.ts';
import { openSuite, runCase, runConformance } from './conformance.ts';
import { memory, memoryHarness } from './memory-integration.ts';
import { describeIntegration } from './vitest.ts';

describeIntegration(memory, memoryHarness);
describeIntegration(shelf, createShelfHarness());

describe('the suite', () => {
  it('takes reads that ask for something else first, and results with methods', async () => {
    const handy = createShelf({
      operations: (standard, ask) => ({
        ...standard,
        getBook: read(async (id: string, call: Call) => {
          const first = await standard.listBooks.run(call);
          const book = (await ask({ method: 'GET', path: `/books/${id}` }, call)) as object;
          return { ...book, first: first.items[0]?.id, open: () => {}, [Symbol.dispose]: () => {} };
        }),
      }),
    });
    const { results } = await runConformance(handy, createShelfHarness());
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });
});

describe('the wall between tenants', () => {
  /** Trades an assertion for its token. */
  const asserting = (issuer: (clientId: string) => string) =>
    createShelf({
      send: (send) => (context, agent, ask, call) => {
        if (ask.path !== '/token') return send(context, agent, ask, call);
        const { clientId, clientSecret } = context.options;
        const headers = { 'x-assertion': assertion(issuer(clientId), clientSecret.reveal()) };
        return send(context, agent, { ...ask, headers }, call);
      },
    });
  const wall = async (definition: typeof shelf) => {
    const suite = await openSuite(definition, createShelfHarness());
    const [each] = conformanceCases.filter(({ id }) => id === 'C-070');
    return each && runCase(each, suite);
  };

  it('knows the tokens that were traded for an assertion', async () => {
    expect(await wall(asserting((clientId) => clientId))).toMatchObject({ outcome: 'passed' });
  });
});

describe('the keys of one client', () => {
  it('are others for each call, since vendors refuse one that came with another request', async () => {
    const keys = new Map<string, unknown>();
    const strict = createShelf({
      operations: (standard) => ({
        ...standard,
        lend: keyed(async (id: string, call: Call) => {
          const key = String(call.idempotencyKey);
          const isOurs = call.attempt > 1 || key.startsWith('conformance-key-');
          if (!isOurs && keys.has(key)) throw new TypeError(`${key} came with ${keys.get(key)} before`);
          keys.set(key, id);
          return standard.lend.run(id, call);
        }),
      }),
    });
    const { results } = await runConformance(strict, createShelfHarness());
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });
});

describe('the report', () => {
  it('is plain data that counts every case once', async () => {
    const report = await runConformance(memory, memoryHarness);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report).toMatchObject({ provider: 'memory', contract: 1, failed: 0 });
    expect(report.passed + report.notApplicable).toBe(report.results.length);
  });
});
