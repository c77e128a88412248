/** Exact bytes over one TCP connection, and what came back. */
import { connect } from 'node:net';

/** What a server did with some bytes. */
export interface RawAnswer {
  /** Everything that came back, as Latin-1. */
  readonly text: string;
  /** Statuses in order; interim ones included. */
  readonly statuses: readonly number[];
  readonly closed: boolean;
}

/**
 * Sends `bytes` and listens until the server closes, `enough` says so, or `waitMs` milliseconds are over. When nothing
 * came for `quietMs`, the client says that it has nothing more to send.
 */
export function sendRaw(
  url: string,
  bytes: string | Uint8Array,
  {
    waitMs = 2_000,
    quietMs = waitMs,
    enough = () => false,
  }: { readonly waitMs?: number; readonly quietMs?: number; readonly enough?: (text: string) => boolean } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const end = (closed: boolean) => {
      clearTimeout(timer);
      clearTimeout(quiet);
      socket.destroy();
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
      resolve({ text, statuses, closed });
    };
    const timer = setTimeout(() => end(false), waitMs);
    const quiet = setTimeout(() => socket.end(), quietMs);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (enough(text)) end(false);
    });
    socket.on('error', () => end(true));
    socket.on('close', () => end(true));
  });
}

/** Whether a whole answer with a body of known length has come. */
export function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  return head >= 0 && !text.startsWith('HTTP/1.1 1');
}
