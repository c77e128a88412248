import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { silentLogger } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry, sampleStats } from '../../__fixtures__/registry.ts';
import { createServer } from '../../server.ts';

async function open(size: number) {
  const warned: unknown[] = [];
  const logger = { ...silentLogger, warn: (...line: unknown[]) => warned.push(line) };
  const clock = createVirtualClock();
  const list = Array.from({ length: size }, (_, index) => sample({ name: `n${index}` }));
  const hub = createServer({ registry: sampleRegistry(list), clock, port: 0, settleMs: 1, logger });
  const url = await hub.listen();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  socket.write('GET /integrations/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const change = (turn: number) => {
    for (const [index, one] of list.entries()) list[index] = { ...one, stats: sampleStats(turn) };
  };
  return { clock, hub, url, socket, change, warned };
}

/** Waits for a piece of text in what comes. */
async function until(socket: Socket, text: string): Promise<void> {
  let seen = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    seen += String(chunk);
    if (seen.includes(text)) return;
  }
  throw new Error(`closed before ${text}`);
}

describe('a stream on a socket', () => {
  it('outlasts the time of other answers, by its heartbeats', async () => {
    const { clock, hub, socket } = await open(1);
    await until(socket, 'event: snapshot');
    for (let beat = 0; beat < 20; beat += 1) {
      const heard = until(socket, ': still here');
      await clock.advance(5_000);
      await heard;
    }
    socket.destroy();
    await hub.close();
  });

  it('is cut when its reader takes nothing, while others are answered', async () => {
    const { clock, hub, url, socket, change } = await open(2_000);
    await until(socket, 'event: snapshot');
    const closed = once(socket, 'close');
    socket.pause();
    for (let turn = 1; turn <= 60; turn += 1) {
      change(turn);
      await clock.advance(1_000);
    }
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    // What had left the hub before is all there is to read: the rest of a message is not made for nobody.
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(20_000_000);
    await hub.close();
  });

  it('ends at once when the hub shuts down', async () => {
    const { clock, hub, socket, warned } = await open(1);
    await until(socket, 'event: snapshot');
    const ended = once(socket, 'close');
    socket.resume();
    const closed = hub.close();
    await clock.advance(1_000);
    await Promise.all([ended, closed]);
    // Not by the grace period, after which connections are cut.
    expect(warned).toEqual([]);
  });
});
