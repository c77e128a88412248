import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineIntegration } from './define-integration.ts';
import { type ForwardAnswer, type ForwardRequest, letGoOnAbort } from './forward.ts';
import { type Call, read } from './operation.ts';
import { createRegistry } from './registry/registry.ts';

/** An answer whose second piece never comes, unless it is let go. */
function endless() {
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => undefined);
  let disposals = 0;
  const answer: ForwardAnswer = {
    status: 200,
    headers: [],
    body: (async function* () {
      yield Buffer.from('first');
      await gone.promise;
    })(),
    bytes: () => gone.promise,
    [Symbol.asyncDispose]: async () => {
      disposals += 1;
      gone.reject(new Error('not read to its end'));
    },
  };
  return { answer, disposals: () => disposals };
}

describe('an answer that is passed on', () => {
  it('ends with the reason of the abort, while it is read piece by piece', async () => {
    const { answer, disposals } = endless();
    const leaving = new AbortController();
    const pieces = letGoOnAbort(answer, leaving.signal).body[Symbol.asyncIterator]();
    expect(Buffer.from((await pieces.next()).value as Uint8Array).toString()).toBe('first');
    const next = pieces.next();
    leaving.abort(new Error('gone'));
    await expect(next).rejects.toThrow('gone');
    expect(disposals()).toBe(1);
  });

  it('ends with the reason of the abort, while it is read at once', async () => {
    const { answer } = endless();
    const leaving = new AbortController();
    const all = letGoOnAbort(answer, leaving.signal).bytes?.(10);
    leaving.abort(new Error('gone'));
    await expect(all).rejects.toThrow('gone');
  });

  it('is let go at once where the abort came first', () => {
    const { answer, disposals } = endless();
    letGoOnAbort(answer, AbortSignal.abort());
    expect(disposals()).toBe(1);
  });

  it('listens no longer once it is disposed', async () => {
    const { answer, disposals } = endless();
    const leaving = new AbortController();
    await letGoOnAbort(answer, leaving.signal)[Symbol.asyncDispose]();
    leaving.abort();
    expect(disposals()).toBe(1);
  });
});

it('is asked for by a method that says what repeating it does, or refused', async () => {
  const definition = defineIntegration({
    id: 'demo',
    title: 'Demo',
    category: 'example',
    contract: 1,
    docs: 'https://demo.test/docs',
    options: z.strictObject({}),
    egress: [],
    errors: { docs: 'https://demo.test/errors', rows: [] },
    connect: () => ({ ask: read(async (_call: Call) => 1) }),
    forward: () => ({ forward: async () => endless().answer }),
  });
  await using registry = createRegistry();
  registry.register(definition, { options: {} });
  const tenant = registry.tenant('default');
  for (const method of ['TRACE', 'constructor', undefined])
    await expect(
      tenant.forward('demo', { method, path: '' } as unknown as ForwardRequest),
    ).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  expect((await tenant.forward('demo', { method: 'GET', path: '' })).status).toBe(200);
});
