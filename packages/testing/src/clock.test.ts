import { generateKeyPair, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import { Readable } from 'node:stream';
import { blob as gather } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { sleep } from '@im/core';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from './clock.ts';

describe('virtual clock', () => {
  it('runs timers at their own instant, in order of due time and then of scheduling', async () => {
    const clock = createVirtualClock(0);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name}@${clock.now()}`);
    clock.schedule(20, note('c'));
    clock.schedule(10, note('a'));
    clock.schedule(10, note('b'));
    await clock.advance(19);
    expect(seen).toEqual(['a@10', 'b@10']);
    await clock.advance(1);
    expect(seen).toEqual(['a@10', 'b@10', 'c@20']);
    expect(clock.pending).toBe(0);
  });

  it('runs what is scheduled on the way when it comes due within the advance', async () => {
    const clock = createVirtualClock(0);
    const instants: number[] = [];
    const again = async () => {
      for (let round = 0; round < 3; round += 1) {
        await sleep(clock, 10);
        instants.push(clock.now());
      }
    };
    const work = again();
    await clock.advance(35);
    await work;
    expect(instants).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
  });

  it('never runs a timer at once, and cancels for good', async () => {
    const clock = createVirtualClock(0);
    let runs = 0;
    const cancel = clock.schedule(0, () => {
      runs += 1;
    });
    expect(runs).toBe(0);
    cancel();
    cancel();
    await clock.advance(100);
    expect(runs).toBe(0);
  });

  it('moves until a promise settles and no further', async () => {
    const clock = createVirtualClock(0);
    clock.schedule(9_000, () => expect.unreachable('moved too far'));
    await clock.until(sleep(clock, 5_000));
    expect(clock.now()).toBe(5_000);
  });

  it('hands on what the promise throws', async () => {
    const clock = createVirtualClock(0);
    const failing = sleep(clock, 10).then(() => Promise.reject(new Error('as told')));
    await expect(clock.until(failing)).rejects.toThrow('as told');
  });

  it('stands still while Node’s threads sign, digest or make keys', async () => {
    const clock = createVirtualClock(0);
    clock.schedule(1, () => {});
    clock.schedule(5_000, () => {});
    const { subtle } = webcrypto;
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const work = async () => {
      const size = { modulusLength: 3_072, publicExponent: Uint8Array.of(1, 0, 1) };
      const { privateKey } = await subtle.generateKey({ ...rsa, ...size }, false, ['sign']);
      let text = await subtle.digest('SHA-256', new Uint8Array(1_000_000));
      for (let round = 0; round < 3; round += 1) text = await subtle.sign(rsa, privateKey, text);
      await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
      return clock.now();
    };
    expect(await clock.until(work())).toBe(0);
    const later = work();
    await clock.advance(100_000);
    expect(await later).toBe(0);
  });

  it('stands still while Node’s threads compress, in one piece or in a stream', async () => {
    const clock = createVirtualClock(0);
    clock.schedule(1, () => {});
    clock.schedule(5_000, () => {});
    const noise = randomBytes(4_000_000);
    const work = async () => {
      const packed = await promisify(gzip)(noise);
      const { size } = await gather(Readable.from([packed]).pipe(createGunzip()));
      return [size, clock.now()];
    };
    expect(await clock.until(work())).toEqual([noise.byteLength, 0]);
  });

  it('waits for no key that was made at once', async () => {
    const clock = createVirtualClock(0);
    generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const start = performance.now();
    await clock.until(sleep(clock, 5_000));
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('gives up at the limit', async () => {
    const clock = createVirtualClock(0);
    const tick = () => void clock.schedule(1_000, tick);
    tick();
    await expect(clock.until(new Promise(() => {}), { limitMs: 10_000 })).rejects.toThrow('limit');
    expect(clock.now()).toBe(10_000);
  });

  it('runs all but leaves housekeeping that never ends', async () => {
    const clock = createVirtualClock(0);
    const tick = () => void clock.schedule(1_000, tick, { background: true });
    tick();
    let done = false;
    clock.schedule(5_500, () => {
      done = true;
    });
    await clock.runAll();
    expect(done).toBe(true);
    expect(clock.now()).toBe(5_500);
    expect(clock.pending).toBe(1);
  });
});
