/** Four processes, one Redis, and Redis is killed and started again meanwhile. */
import { randomInt } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { startWorker } from '@im/testing';
import { describeProgram } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import type { MemberSettings, Said } from './__fixtures__/member.ts';
import { howToInstallRedis, startRedisServer } from './__tests__/redis-server.ts';
import { startVendor } from './__tests__/vendor.ts';

const isFull = process.env.CI === 'true';
const size = 4;
const outages = isFull ? 5 : 1;
/** Milliseconds of work before, between and after outages. */
const stretchMs = isFull ? 4_000 : 1_500;
/** Longer than a window and what a process takes to say that Redis is away. */
const outageMs = 3_000;
const limit = 800;
const windowMs = 1_000;
type End = Extract<Said, { readonly starts: unknown }>;

interface Member extends AsyncDisposable {
  readonly port: number;
  readonly logs: readonly string[];
  readonly end: Promise<End>;
}

async function startMember(settings: MemberSettings, onEffect: (event: string) => void): Promise<Member> {
  const worker = startWorker(new URL('./__fixtures__/member.ts', import.meta.url), [
    JSON.stringify(settings),
  ]);
  const logs: string[] = [];
  const ready = Promise.withResolvers<number>();
  const end = Promise.withResolvers<End>();
  const listen = async () => {
    for await (const line of worker.lines) {
      const said: Said = JSON.parse(line);
      if ('ready' in said) ready.resolve(said.ready);
      else if ('log' in said) logs.push(said.log);
      else if ('effect' in said) onEffect(said.effect);
      else end.resolve(said);
    }
    const early = new Error(`a process ended early: ${await worker.ended}`);
    ready.reject(early);
    end.reject(early);
  };
  void listen();
  end.promise.catch(() => undefined);
  return {
    port: await ready.promise,
    logs,
    end: end.promise,
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}

/** A vendor's deliveries: each event once to three times, to any process, again and again until it is accepted. */
function deliverTo(members: readonly Member[]) {
  const open = new Set<Promise<void>>();
  let sent = 0;
  const deliver = async (event: string) => {
    for (;;) {
      const { port } = members[randomInt(members.length)] as Member;
      const answer = await fetch(`http://127.0.0.1:${port}/webhooks`, { method: 'POST', body: event });
      if (answer.ok) return;
      await pass(50);
    }
  };
  return {
    get sent() {
      return sent;
    },
    send() {
      sent += 1;
      const event = `event ${sent}`;
      for (let copy = randomInt(3); copy >= 0; copy -= 1) {
        const delivery = deliver(event).finally(() => open.delete(delivery));
        open.add(delivery);
      }
    },
    done: async () => void (await Promise.all(open)),
  };
}

/** The most starts in any stretch of a window. */
function mostInWindow(starts: readonly number[]): number {
  const sorted = starts.toSorted((one, other) => one - other);
  let from = 0;
  return sorted.reduce((most, at, index) => {
    while ((sorted[from] ?? 0) <= at - windowMs) from += 1;
    return Math.max(most, index - from + 1);
  }, 0);
}

describeProgram('a fleet on one Redis', 'redis-server', howToInstallRedis, () => {
  // Starts are noted when they come about: on a machine with others at work some come late, and then in a bunch. Once more, then, by the same measure.
  it('keeps to its limit, renews a token once and handles each webhook once, while Redis is killed and started again', {
    timeout: 240_000,
    retry: 1,
  }, async () => {
    await using redis = await startRedisServer(['--appendonly', 'yes', '--appendfsync', 'always']);
    await using vendor = await startVendor();
    const effects: string[] = [];
    const settings = { redis: redis.url, prefix: 'fleet:', vendor: vendor.url, limit, windowMs, width: 60 };
    const members = await Promise.all(
      Array.from({ length: size }, () => startMember(settings, (event) => effects.push(event))),
    );
    await using _members = {
      [Symbol.asyncDispose]: async () => {
        for (const member of members) await member[Symbol.asyncDispose]();
      },
    };
    const deliveries = deliverTo(members);
    let revoked = 0;
    const from = performance.now();
    const work = async (ms: number, mayRevoke: boolean) => {
      for (let step = 0; step < ms / 20; step += 1) {
        if (mayRevoke && step % 15 === 7) {
          vendor.revoke();
          revoked += 1;
        }
        deliveries.send();
        await pass(20);
      }
    };
    await work(stretchMs, true);
    for (let outage = 0; outage < outages; outage += 1) {
      // In the middle of a renewal, of deliveries and of leases.
      vendor.revoke();
      revoked += 1;
      await redis.kill();
      await work(outageMs, false);
      await redis.start();
      await work(stretchMs, true);
    }
    const windows = (performance.now() - from) / windowMs;
    await deliveries.done();
    await Promise.all(members.map(({ port }) => fetch(`http://127.0.0.1:${port}/stop`)));
    const ends = await Promise.all(members.map(({ end }) => end));

    const starts = ends.flatMap((end) => end.starts);
    const said = members.map(({ logs }) => logs.filter((line) => line.startsWith('the shared state')));
    for (const lines of said) {
      expect(lines.length).toBeGreaterThanOrEqual(2 * outages);
      for (const [index, line] of lines.entries()) expect(line).toContain(index % 2 === 0 ? 'away' : 'back');
    }
    // A process that waited too long for an answer, on a machine that is very busy, was alone in keeping to its part.
    const alone = said.filter((lines) => lines.length > 2 * outages).length;
    expect(mostInWindow(starts)).toBeLessThanOrEqual(limit * (1.01 + alone / size));
    expect(starts.length).toBeGreaterThan(0.6 * limit * windows);

    expect(vendor.reused).toBe(0);
    expect(vendor.refreshes).toBeGreaterThan(1);
    expect(vendor.refreshes).toBeLessThanOrEqual(revoked + 1);

    expect(new Set(effects).size).toBe(deliveries.sent);
    expect(effects.length).toBe(deliveries.sent);
  });
});
