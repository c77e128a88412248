/** Servers of one directory: which to ask next, by what is remembered of each. */
import type { Clock } from '@im/core';

/** One server. */
export interface Server {
  /** `ldaps://dc1.example.org:636`, as messages name it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Whether TLS begins with the connection. */
  readonly secure: boolean;
}

/** Milliseconds for which a server that failed is asked last: doubled with each further failure. */
const firstRestMs = 1_000;
const longestRestMs = 60_000;

interface Memory {
  readonly server: Server;
  failures: number;
  /** Until when others are preferred, milliseconds since 1970. */
  restsUntil: number;
}

/** Remembers who failed. */
export class Servers {
  readonly #memories: readonly Memory[];
  readonly #clock: Clock;

  constructor(urls: readonly string[], clock: Clock) {
    this.#memories = urls.map((url) => ({ server: toServer(url), failures: 0, restsUntil: 0 }));
    this.#clock = clock;
  }

  get count(): number {
    return this.#memories.length;
  }

  /** All of them: those that are well in order of preference, then those that rest, the one that rests longest last. */
  inOrder(): readonly Server[] {
    const now = this.#clock.now();
    const rest = ({ restsUntil }: Memory) => Math.max(restsUntil - now, 0);
    return [...this.#memories].sort((one, other) => rest(one) - rest(other)).map(({ server }) => server);
  }

  failed(server: Server): void {
    const memory = this.#of(server);
    memory.failures += 1;
    const restMs = Math.min(firstRestMs * 2 ** (memory.failures - 1), longestRestMs);
    memory.restsUntil = this.#clock.now() + restMs;
  }

  worked(server: Server): void {
    const memory = this.#of(server);
    memory.failures = 0;
    memory.restsUntil = 0;
  }

  #of(server: Server): Memory {
    return this.#memories.find((memory) => memory.server === server) as Memory;
  }
}

function toServer(text: string): Server {
  // `new URL` does not know these schemes: it takes the host as it is written.
  const url = new URL(text.toLowerCase());
  const secure = url.protocol === 'ldaps:';
  const port = url.port === '' ? (secure ? 636 : 389) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { url: `${url.protocol}//${url.hostname}:${port}`, host, port, secure };
}
