import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type ClientLimits, createListener } from './listener.ts';

/** More than the buffers of both ends of a connection hold. */
const large = Buffer.alloc(16 * 1024 * 1024, 'x');
const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A server of large answers and a small one, and a client that reads as little as `read` says. */
async function serve(limits: ClientLimits, sent: string, read: (client: Socket) => void) {
  let handled = 0;
  const { server, stop } = createListener(({ url }, response) => {
    if (url === '/small') return response.end('small');
    handled += 1;
    return response.end(large);
  }, limits);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const start = performance.now();
  const client = connect(port, '127.0.0.1');
  client.on('error', () => client.destroy());
  client.pause();
  client.write(sent);
  read(client);
  const [socket] = await connected;
  const closed = once(socket, 'close').then(() => ({
    afterMs: performance.now() - start,
    handled,
  }));
  return {
    url: `http://127.0.0.1:${port}/`,
    closed,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await stop(0, 0);
    },
  };
}

const never = () => {};
const drop = (client: Socket) => {
  const timer = setInterval(() => client.read(1_024), 5);
  client.on('readable', never);
  client.once('close', () => clearInterval(timer));
};

describe('a client that does not take its answer', () => {
  it('is closed when it reads nothing at all', async () => {
    await using it = await serve({ idleMs: 200 }, request, never);
    expect((await it.closed).afterMs).toBeLessThan(5_000);
  });

  it('is closed when it reads a drop at a time, while others are answered', async () => {
    await using it = await serve({ idleMs: 60_000, answerMs: 400 }, request, drop);
    for (let count = 0; count < 3; count += 1) {
      expect(await (await fetch(`${it.url}small`)).text()).toBe('small');
    }
    const { afterMs } = await it.closed;
    expect(afterMs).toBeGreaterThanOrEqual(390);
    expect(afterMs).toBeLessThan(5_000);
  });

  it('cannot make the hub work on a thousand requests in one piece', async () => {
    await using it = await serve({ pipelined: 4 }, request.repeat(1_000), never);
    const { handled, afterMs } = await it.closed;
    expect(handled).toBe(4);
    expect(afterMs).toBeLessThan(5_000);
  });

  it('gets every answer of what it asked for in one piece, as long as that is little', async () => {
    const last = request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    const received: Promise<Buffer>[] = [];
    await using it = await serve({ pipelined: 4 }, request.repeat(3) + last, (client) => {
      received.push(buffer(client));
    });
    expect((await it.closed).handled).toBe(4);
    expect((await received[0])?.length).toBeGreaterThan(4 * large.length);
  });
});
