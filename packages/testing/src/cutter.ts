/** A way to a server on which connections break, for servers that cannot be told to. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A running cutter. Disposing it breaks every connection. */
export interface Cutter extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, in place of the server's own address. */
  readonly url: string;
  /** Connections that were cut so far. */
  readonly cuts: number;
}

/** How connections are cut. */
export interface CutterOptions {
  /** How many, in all. */
  readonly cuts: number;
  /** Bytes that are sent on a connection before it is cut. Those that send less are left alone. */
  readonly afterBytes: number;
}

/** Starts a cutter in front of the server at `target`, on a free port of 127.0.0.1. */
export async function startCutter(
  target: string,
  { cuts: most, afterBytes }: CutterOptions,
): Promise<Cutter> {
  const { port } = new URL(target);
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((inside) => {
    const outside = connect(Number(port), '127.0.0.1');
    let sent = 0;
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
    outside.on('drain', () => inside.resume());
    inside.on('data', (chunk) => {
      sent += chunk.byteLength;
      if (sent <= afterBytes || cuts >= most) {
        if (!outside.write(chunk)) inside.pause();
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
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
