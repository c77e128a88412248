import { describe, expect, it } from 'vitest';
import { createTestClock } from './__tests__/clock.ts';
import { bare, demoIntegration, demoWorld } from './__tests__/demo.ts';
import { type Call, createIntegration, defineIntegration, keyed, memoryState, read } from './index.ts';

describe('one integration without a registry', () => {
  it('is made at once, works, and is closed with what it opened', async () => {
    const world = demoWorld();
    {
      await using client = createIntegration(demoIntegration(world), {
        options: { key: 'k', label: 'x' },
        tenant: 'acme',
      });
      expect(world.made).toEqual(['acme/demo/x']);
      expect(await client.hello()).toBe('acme/demo/x');
    }
    expect(world.closed).toEqual(['acme/demo/x']);
  });

  it('refuses calls once it is disposed', async () => {
    const client = createIntegration(demoIntegration(demoWorld()), { options: { key: 'k' } });
    await client[Symbol.asyncDispose]();
    await expect(client.hello()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('names every fault of the options', () => {
    const demo = demoIntegration(demoWorld());
    expect(() => createIntegration(demo, { options: { label: 7, other: 1 } as never })).toThrow(
      /3 faults[\s\S]*options.key/,
    );
  });

  it('finds the call behind arguments that were left out', async () => {
    const definition = defineIntegration({
      ...bare,
      connect: () => ({
        none: read(async () => 'none'),
        two: read(async (one: string, two: string | undefined, call: Call) => [
          one,
          two,
          call.operation,
          call.effect,
        ]),
        pay: keyed(async (amount: number, note: string | undefined, call: Call) => [
          amount,
          note,
          call.idempotencyKey,
        ]),
      }),
    });
    await using client = createIntegration(definition, { options: {} });
    expect(await client.none()).toBe('none');
    expect(await client.two('a')).toEqual(['a', undefined, 'two', 'read']);
    expect(await client.two('a', 'b')).toEqual(['a', 'b', 'two', 'read']);
    expect(await client.two('a', undefined, { timeoutMs: 5 })).toEqual(['a', undefined, 'two', 'read']);
    expect(await client.pay(1, undefined, { idempotencyKey: 'mine' })).toEqual([1, undefined, 'mine']);
    const [, , first] = await client.pay(1, 'n', { reference: 'order 1' });
    expect(await client.pay(1, 'n', { reference: 'order 1' })).toEqual([1, 'n', first]);
    await expect(client.pay(2, 'n', { reference: 'order 1' })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  it('gives each attempt the same arguments', async () => {
    const seen: unknown[][] = [];
    const definition = defineIntegration({
      ...bare,
      connect: () => ({
        flaky: read(async (one: string, two: number | undefined, call: Call) => {
          seen.push([one, two, call.attempt]);
          if (call.attempt < 3) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
          return one;
        }),
      }),
      errors: { ...bare.errors, read: () => ({ sent: true, code: 'unavailable' }) },
    });
    const clock = createTestClock();
    await using client = createIntegration(definition, { options: {}, clock, random: () => 0 });
    const call = client.flaky('a', undefined);
    await clock.advance(60_000);
    expect(await call).toBe('a');
    expect(seen).toEqual([
      ['a', undefined, 1],
      ['a', undefined, 2],
      ['a', undefined, 3],
    ]);
  });

  it('keeps the state of provider and core, and of two names, apart in one store', async () => {
    const state = memoryState();
    const demo = demoIntegration(demoWorld());
    await using one = createIntegration(demo, { options: { key: 'k' }, state, name: 'one' });
    await using other = createIntegration(demo, { options: { key: 'k' }, state, name: 'other' });
    await one.write('a', '1');
    expect([await one.readBack('a'), await other.readBack('a')]).toEqual(['1', undefined]);
    expect(await state.get('integration/default/one/provider/a')).toMatchObject({ value: '1' });
  });
});
