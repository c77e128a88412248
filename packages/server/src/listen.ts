/** Taking an address, and the words for when it cannot be had. */
import type { Server } from 'node:http';

/** The address could not be had; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there already; stop it or give another port (0 takes any that is free)',
  EACCES: 'this user may not listen there; take a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no host of that name',
};

/** Nobody is let in by default where others can reach. */
export function openRefused(host: string, port: number): ListenError {
  return new ListenError(
    `cannot listen on ${host}:${port}: everybody who reaches it may do everything; configure access, listen on 127.0.0.1, or say openToAll if that is what you want`,
  );
}

/** Listens. @throws {@link ListenError} */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const why = reasons[error.code ?? ''] ?? error.message;
      reject(new ListenError(`cannot listen on ${host}:${port}: ${why}`, { cause: error }));
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}
