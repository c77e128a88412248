/** Opens connections to the servers of one directory: the preferred one first, the next when it fails. */
import { X509Certificate } from 'node:crypto';
import type { Clock, Forecast } from '@im/core';
import { VendorError } from '@im/core';
import { createEgressGuard, type EgressGuard } from '@im/http';
import type { CheckedOptions } from '../options.ts';
import { Connection } from './connection.ts';
import { connectionError } from './failures.ts';
import { Servers } from './servers.ts';
import { openSocket } from './socket.ts';
import { withTimeLimit } from './time-limit.ts';

/** What a dialer needs of its surroundings. */
export interface DialerSettings {
  readonly options: CheckedOptions;
  readonly clock: Clock;
  readonly forecast: (forecast: Forecast) => void;
}

/** What is done with a fresh connection before it counts as open: bind it, for instance. */
export type Greet = (connection: Connection, signal: AbortSignal) => Promise<void>;

/** Reasons that lie with one server; another may do better. */
const ofServer =
  /^(connection_|connect_timeout|unknown_host|certificate_|tls_|start_tls_|not_ldap|busy$|unavailable$|no_answer)/;

/** See the head of this file. */
export class Dialer {
  readonly servers: Servers;
  readonly #settings: DialerSettings;
  readonly #guard: EgressGuard;

  constructor(settings: DialerSettings) {
    const { options, clock } = settings;
    this.#settings = settings;
    this.servers = new Servers(options.urls, clock);
    this.#guard = createEgressGuard({ allow: ['*'], onPurpose: options.privateNetwork ? options.urls : [] });
  }

  /**
   * Opens a connection to the first server that takes one.
   *
   * @throws `VendorError` when none does, naming each with its reason; at once what does not lie with the server; the signal's reason
   */
  async dial(signal: AbortSignal, greet?: Greet): Promise<Connection> {
    const failures: VendorError[] = [];
    for (const server of this.servers.inOrder()) {
      try {
        const connection = await this.#open(server, signal, greet);
        this.servers.worked(server);
        return connection;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof VendorError) || !isOfServer(error)) throw error;
        this.servers.failed(server);
        failures.push(error);
      }
    }
    throw combined(failures);
  }

  #open(
    server: ReturnType<Servers['inOrder']>[number],
    signal: AbortSignal,
    greet?: Greet,
  ): Promise<Connection> {
    const { options, clock, forecast } = this.#settings;
    const late = () => connectionError('connect_timeout', server.url, false);
    return withTimeLimit(clock, options.connectTimeoutMs, signal, late, async (limited) => {
      const socket = await openSocket(server, options, this.#guard, limited);
      const connection = new Connection(server, socket, options.maxMessageBytes);
      try {
        await greet?.(connection, limited);
      } catch (error) {
        connection.close();
        throw error;
      }
      const at = connection.certificateEnds;
      if (at !== undefined) forecast({ kind: 'certificate', at, what: `certificate of ${server.url} ends` });
      if (options.clientCertificate !== undefined)
        forecast({
          kind: 'certificate',
          at: Date.parse(new X509Certificate(options.clientCertificate).validTo),
          what: 'clientCertificate ends',
        });
      return connection;
    });
  }
}

/** Whether the failure lies with the server that was asked. */
export function isOfServer({ failure }: VendorError): boolean {
  return failure.reason !== undefined && ofServer.test(failure.reason);
}

/** One failure for all servers: one that may pass by itself counts for more than one that will not. */
function combined(failures: readonly VendorError[]): VendorError {
  const passing = failures.find(({ failure }) =>
    /^(connect|busy|unavailable|no_answer)/.test(failure.reason ?? ''),
  );
  const first = passing ?? (failures[0] as VendorError);
  if (failures.length === 1) return first;
  const says = failures.map(({ failure }) => failure.says).join('; ');
  return new VendorError({ ...first.failure, says, sent: false }, { cause: failures });
}
