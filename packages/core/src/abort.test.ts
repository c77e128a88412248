import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { unlessAborted } from './abort.ts';

describe('unlessAborted', () => {
  it('gives what the work gives and throws what it throws, and leaves nothing at the signal', async () => {
    const { signal } = new AbortController();
    const fault = new Error('broken');
    await expect(unlessAborted(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(unlessAborted(Promise.resolve(2), undefined)).resolves.toBe(2);
    await expect(unlessAborted(Promise.reject(fault), signal)).rejects.toBe(fault);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the reason of an abort at once, and the work goes on for the others', async () => {
    const controller = new AbortController();
    const work = Promise.withResolvers<string>();
    const impatient = unlessAborted(work.promise, controller.signal);
    const patient = unlessAborted(work.promise, new AbortController().signal);
    controller.abort('enough');
    await expect(impatient).rejects.toBe('enough');
    await expect(unlessAborted(work.promise, controller.signal)).rejects.toBe('enough');
    work.resolve('done');
    await expect(patient).resolves.toBe('done');
  });

  it('leaves a failure that comes after the abort to nobody', async () => {
    const work = Promise.withResolvers<never>();
    await expect(unlessAborted(work.promise, AbortSignal.abort('enough'))).rejects.toBe('enough');
    work.reject(new Error('too late'));
    // An unhandled rejection would end the run.
    await new Promise((resolve) => setImmediate(resolve));
  });
});
