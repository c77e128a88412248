/** A way to a server on which connections break: in the middle of what is sent, after so many bytes. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A running cutter. */
export interface Cutter extends AsyncDisposable {
  readonly url: string;
  /** Connections that were cut. */
  readonly cuts: number;
}

/** Cuts each of the first `connections` connections after `bytes` bytes that were sent on it. */
export async function startCutter(target: string, connections: number, bytes: number): Promise<Cutter> {
  const { port } = new URL(target);
  const sockets = new Set<Socket>();
  let seen = 0;
  let cuts = 0;
  const server = createServer((inside) => {
    const outside = connect(Number(port), '127.0.0.1');
    seen += 1;
    let left = seen <= connections ? bytes : Number.POSITIVE_INFINITY;
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    outside.pipe(inside);
    inside.on('data', (chunk) => {
      left -= chunk.byteLength;
      if (left >= 0) {
        outside.write(chunk);
        return;
      }
      cuts += 1;
      inside.resetAndDestroy();
      outside.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
