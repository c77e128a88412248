/** A door in front of a service: while it is shut, connections are refused and those that are open break off. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A door. Disposing it shuts it for good. */
export interface Door extends AsyncDisposable {
  /** The service's URL, by way of the door. */
  readonly url: string;
  readonly isOpen: boolean;
  /** Connections that met a shut door, or broke off when it was shut. */
  readonly broken: number;
  shut(): void;
  open(): void;
}

/** Puts a door in front of `target`, on a free port of loopback; it is open. */
export async function createDoor(target: string): Promise<Door> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isOpen = true;
  let broken = 0;
  const breakOff = (socket: Socket) => {
    broken += 1;
    socket.resetAndDestroy();
  };
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    if (!isOpen) return breakOff(near);
    const far = connect({ host: hostname, port: Number(port) });
    far.on('error', () => near.destroy());
    far.once('close', () => near.destroy());
    near.once('close', () => {
      sockets.delete(near);
      far.destroy();
    });
    sockets.add(near);
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href.replace(/\/$/, ''),
    get isOpen() {
      return isOpen;
    },
    get broken() {
      return broken;
    },
    shut() {
      isOpen = false;
      for (const socket of sockets) breakOff(socket);
    },
    open() {
      isOpen = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
