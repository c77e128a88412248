import { describe, expect, it } from 'vitest';
import { createTestClock } from './__tests__/clock.ts';
import { doOnce } from './once.ts';
import { memoryState } from './state.ts';

const options = { rememberMs: 60_000, workMs: 1_000 };

function scene() {
  const clock = createTestClock();
  return { clock, store: memoryState(clock) };
}

describe('work that is done once', () => {
  it('is done by the first and by no other, until it is forgotten', async () => {
    const { clock, store } = scene();
    let times = 0;
    const work = async () => {
      times += 1;
    };
    expect(await doOnce(store, 'event', options, work)).toBe('done');
    expect(await doOnce(store, 'event', options, work)).toBe('before');
    await clock.advance(60_000);
    expect(await doOnce(store, 'event', options, work)).toBe('done');
    expect(times).toBe(2);
  });

  it('is left to whoever is at it, and done by another once that one has had its time', async () => {
    const { clock, store } = scene();
    const stuck = doOnce(store, 'event', options, () => new Promise(() => undefined));
    stuck.catch(() => undefined);
    await clock.advance(0);
    expect(await doOnce(store, 'event', options, async () => undefined)).toBe('elsewhere');
    await clock.advance(1_000);
    expect(await doOnce(store, 'event', options, async () => undefined)).toBe('done');
  });

  it('is not done when it failed: the next to come does it again', async () => {
    const { store } = scene();
    const failing = doOnce(store, 'event', options, async () => {
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await doOnce(store, 'event', options, async () => undefined)).toBe('done');
  });
});
