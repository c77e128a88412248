/**
 * Commands that end: each has an answer, or a typed error within its time, whatever became of the server.
 *
 * While there is no connection a command waits for one, until `commandTimeoutMs` after it was lost; from then on commands
 * fail at once, until the client has connected again. A command whose answer was lost with the connection is sent again
 * when that changes nothing, within its time: so a server that is restarted quickly is not noticed. Nothing is sent late.
 */
import type { Clock } from '@im/core';
import type { Cluster, Redis } from 'ioredis';
import { closed, failed, isRefusal, isReply, neverLeft, tooSlow } from './errors.ts';

/** What commands go through. */
export interface CommandsSetup {
  readonly client: Redis | Cluster;
  /** Whether the client is closed with the commands. */
  readonly owned: boolean;
  readonly at: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** A command under way. */
interface Command {
  /** Sends it, if it was not. */
  send(): void;
  /** Ends it with `reason`. */
  stop(reason: unknown): void;
  /** Ends it when it still waits for a connection, because there will be none. */
  refuse(error: unknown): void;
}

/** See the head of this file. */
export class Commands {
  readonly #setup: CommandsSetup;
  readonly #open = new Set<Command>();
  #closing: Promise<void> | undefined;
  #reason: unknown;
  /** Since when there is no connection, and why. */
  #downSince: number | undefined;
  #lastError: unknown;

  constructor(setup: CommandsSetup) {
    this.#setup = setup;
    const { client } = setup;
    client.on('ready', this.#onReady);
    client.on('error', this.#onError);
    client.on('close', this.#onClose);
  }

  readonly #onReady = () => {
    this.#downSince = undefined;
    this.#lastError = undefined;
    for (const command of [...this.#open]) command.send();
  };
  readonly #onError = (error: unknown) => {
    this.#lastError = error;
    if (isRefusal(error)) for (const command of [...this.#open]) command.refuse(error);
  };
  readonly #onClose = () => {
    this.#downSince ??= this.#setup.clock.now();
  };

  /**
   * Sends one command.
   *
   * @param repeatable whether sending it twice is the same as once
   * @throws IntegrationError by the table of `errors.ts`; the reason of {@link close}
   */
  run<Reply>(
    operation: string,
    repeatable: boolean,
    send: (client: Redis | Cluster) => Promise<Reply>,
  ): Promise<Reply> {
    const { client, at, timeoutMs, clock } = this.#setup;
    if (this.#closing !== undefined) return Promise.reject(this.#reason ?? closed(operation, at));
    const isReady = client.status === 'ready';
    if (!isReady) this.#downSince ??= clock.now();
    const leftMs = isReady ? timeoutMs : (this.#downSince ?? 0) + timeoutMs - clock.now();
    if (leftMs <= 0 || (!isReady && isRefusal(this.#lastError)))
      return Promise.reject(failed(operation, at, this.#lastError, false));
    return new Promise((resolve, reject) => {
      let sent = false;
      /** Whether an earlier sending may have had an effect. */
      let unclear = false;
      const end = (settle: () => void) => {
        cancel();
        this.#open.delete(command);
        settle();
      };
      const refuse = (error: unknown) => {
        if (!sent) end(() => reject(failed(operation, at, error, unclear)));
      };
      const command: Command = {
        send() {
          if (sent) return;
          sent = true;
          send(client).then(
            (reply) => end(() => resolve(reply)),
            (error: unknown) => {
              const isUnsent = neverLeft(error);
              const isLost = !isReply(error) && !isUnsent;
              unclear ||= isLost;
              // The connection is gone, or about to be; the next one that is ready sends it again.
              if (isUnsent || (isLost && repeatable)) sent = false;
              else end(() => reject(failed(operation, at, error, isLost)));
            },
          );
        },
        stop: (reason) => end(() => reject(reason ?? closed(operation, at))),
        refuse,
      };
      const cancel = clock.schedule(leftMs, () => {
        if (this.#lastError !== undefined) refuse(this.#lastError);
        end(() => reject(tooSlow(operation, at, timeoutMs, sent || unclear)));
      });
      this.#open.add(command);
      if (isReady) command.send();
      // Rejects when the first attempt fails; the client goes on trying, and the command has its own time.
      else if (client.status === 'wait') client.connect().catch(this.#onError);
    });
  }

  /** Ends everything under way with `reason`, and the connection with it. Calling it again joins the first. */
  close(reason?: unknown): Promise<void> {
    this.#reason ??= reason;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { client, owned } = this.#setup;
    for (const command of [...this.#open]) command.stop(this.#reason);
    if (owned) await endOf(client);
    client.off('ready', this.#onReady);
    client.off('close', this.#onClose);
    // An own client keeps its listener: an error that is late must not end the process.
    if (!owned) client.off('error', this.#onError);
  }
}

/** Closes the connection for good. Between two attempts to connect there is none, and ioredis tells of no end. */
async function endOf(client: Redis | Cluster): Promise<void> {
  const hasSocket = !['wait', 'reconnecting', 'close', 'end'].includes(client.status);
  const ended = hasSocket ? new Promise((resolve) => client.once('end', resolve)) : undefined;
  client.disconnect();
  await ended;
}
