/**
 * Connections for searches, bound as the options say, used by one request at a time.
 *
 * A directory keeps the place in a paged search with the connection that it began on, and forgets it when another paged search begins there
 * (RFC 2696 §3). So a connection is laid aside with a note of the search that stands open on it, and given to whoever goes on with that search;
 * others get it only when there is no better one, and the note is torn up then.
 */
import type { Cancel, Clock } from '@im/core';
import { isIntegrationError, VendorError } from '@im/core';
import type { Connection } from './connection.ts';
import { isOfServer } from './dialer.ts';
import type { Servers } from './servers.ts';
import { Slots } from './slots.ts';

/** A search that stands open on a connection. */
export interface OpenSearch {
  readonly id: string;
  /** The directory's own note of the place. */
  readonly cookie: Buffer;
}

interface Idle {
  readonly connection: Connection;
  readonly search: OpenSearch | undefined;
  readonly cancel: Cancel;
}

/** What a pool needs. */
export interface PoolSettings {
  readonly size: number;
  readonly idleMs: number;
  readonly clock: Clock;
  readonly servers: Servers;
  /** Opens a connection, bound and ready. */
  readonly open: (signal: AbortSignal) => Promise<Connection>;
}

/** A connection for the time of one use. */
export interface Lease {
  readonly connection: Connection;
  /** The search that stands open on it, if it is the one that was wanted. */
  readonly search: OpenSearch | undefined;
  /** Leaves a search open on it, for the next use. */
  leave(search: OpenSearch): void;
}

/** See the head of this file. */
export class Pool {
  readonly #settings: PoolSettings;
  readonly #slots: Slots;
  /** The one that was used last stands last. */
  #idle: Idle[] = [];
  #used = 0;
  #closed = false;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#slots = new Slots(settings.size);
  }

  /**
   * Runs `body` with a connection, preferably the one on which the search `wanted` stands open.
   *
   * @throws what `body` throws; what opening throws; the signal's reason
   */
  use<Value>(signal: AbortSignal, body: (lease: Lease) => Promise<Value>, wanted?: string): Promise<Value> {
    return this.#slots.use(signal, async () => {
      this.#used += 1;
      let connection: Connection | undefined;
      let left: OpenSearch | undefined;
      try {
        const taken = this.#take(wanted);
        connection = taken?.connection ?? (await this.#open(signal));
        const search = taken?.search?.id === wanted ? taken?.search : undefined;
        const leave = (next: OpenSearch) => {
          left = next;
        };
        return await body({ connection, search, leave });
      } catch (error) {
        if (connection !== undefined) this.#judge(connection, error);
        throw error;
      } finally {
        this.#used -= 1;
        if (connection !== undefined) this.#layAside(connection, left);
      }
    });
  }

  /** Closes what is idle; what is in use is closed as it comes back. */
  close(): void {
    this.#closed = true;
    for (const idle of this.#idle.splice(0)) {
      idle.cancel();
      idle.connection.close();
    }
  }

  #take(wanted: string | undefined): Idle | undefined {
    const isWanted = ({ search }: Idle) => wanted !== undefined && search?.id === wanted;
    const found =
      this.#idle.find(isWanted) ??
      this.#idle.findLast(({ search }) => search === undefined) ??
      // One more must not be opened: the search that has waited longest is given up.
      (this.#used + this.#idle.length > this.#settings.size ? this.#idle[0] : undefined);
    if (found === undefined) return undefined;
    this.#drop(found);
    found.connection.rest(false);
    return found;
  }

  /** After some failures a connection is no good any more, or a server not the one to ask next. */
  #judge(connection: Connection, error: unknown): void {
    const isServers = error instanceof VendorError && isOfServer(error);
    const isLate = isIntegrationError(error) && error.code === 'deadline_exceeded';
    if (!isServers && !isLate) return;
    const { servers } = this.#settings;
    servers.failed(connection.server);
    // Where there is another server the next request goes there; where there is none, this connection is as good as a new one.
    if (servers.count > 1) connection.close();
  }

  #layAside(connection: Connection, search: OpenSearch | undefined): void {
    if (this.#closed) connection.close();
    if (!connection.isOpen) return;
    const idle: Idle = {
      connection,
      search,
      cancel: this.#settings.clock.schedule(this.#settings.idleMs, () => connection.close(), {
        background: true,
      }),
    };
    this.#idle.push(idle);
    connection.rest(true);
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    const connection = await this.#settings.open(signal);
    // Servers hang up on who is idle for long.
    connection.onEnd(() => {
      const idle = this.#idle.find((one) => one.connection === connection);
      if (idle !== undefined) this.#drop(idle);
    });
    return connection;
  }

  #drop(idle: Idle): void {
    idle.cancel();
    this.#idle = this.#idle.filter((one) => one !== idle);
  }
}
