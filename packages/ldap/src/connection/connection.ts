/**
 * One connection: requests out, answers in, each answer to its request by the id that both carry (RFC 4511 §4.1.1.1).
 *
 * It lives once. When it ends, by whatever cause, every request on it fails with that cause, and no request is accepted any more: nothing is
 * ever sent again on a fresh connection that nobody has bound. An abort ends it too, since a server that does not answer may never answer.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Message, type MessageResponse, SearchEntry, SearchReference, UnbindRequest } from 'ldapts';
import { connectionError, socketFault } from './failures.ts';
import { Framer } from './framer.ts';
import { createMessageReader } from './parse-message.ts';
import type { Server } from './servers.ts';

/** What a request is made with. */
export interface RequestCall {
  readonly signal: AbortSignal;
  /** Called just before it is sent. */
  readonly onSend?: (() => void) | undefined;
}

/** Makes a request, once it is known under which id. */
export type MakeRequest = (messageId: number) => Message;

/** What came for one request. */
export interface Answer {
  readonly result: MessageResponse;
  /** Entries in front of it, of a search. */
  readonly entries: readonly SearchEntry[];
}

interface Pending {
  readonly message: Message;
  readonly entries: SearchEntry[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** See the head of this file. */
export class Connection {
  readonly server: Server;
  readonly #socket: Socket;
  readonly #pending = new Map<string, Pending>();
  readonly #onEnd: (() => void)[] = [];
  #lastId = 1;
  #end: { readonly error: unknown } | undefined;

  constructor(server: Server, socket: Socket, maxMessageBytes: number) {
    this.server = server;
    this.#socket = socket;
    const framer = new Framer(maxMessageBytes);
    const read = createMessageReader(this.#pending);
    socket.on('data', (chunk: Buffer) => {
      try {
        const fault = framer.take(chunk, (bytes) => this.#take(read(bytes)));
        if (fault !== undefined) this.#fail(connectionError(fault, server.url, true));
      } catch (cause) {
        this.#fail(connectionError('not_ldap', server.url, true, cause));
      }
    });
    socket.on('error', (error) => {
      const fault = socketFault(error) === 'certificate_refused' ? 'certificate_refused' : 'connection_lost';
      this.#fail(connectionError(fault, server.url, true, error));
    });
    socket.on('close', () => this.#fail(connectionError('connection_lost', server.url, true)));
    socket.resume();
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** When the server's certificate ends, milliseconds since 1970; `undefined` without TLS. */
  get certificateEnds(): number | undefined {
    const socket = this.#socket as Partial<TLSSocket>;
    const until = socket.getPeerCertificate?.().valid_to;
    return until === undefined ? undefined : Date.parse(until);
  }

  /** Called once, when it has ended. */
  onEnd(listener: () => void): void {
    this.#onEnd.push(listener);
  }

  /**
   * Sends a request and waits for its answer, whatever that says.
   *
   * @throws `VendorError` when the connection ends before; the signal's reason
   */
  request(make: MakeRequest, { signal, onSend }: RequestCall): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#end !== undefined) throw connectionError('connection_lost', this.server.url, false);
      // Ids from 1 to 2^31 - 1; a connection that is closed when idle does not live to see the end of them.
      this.#lastId = (this.#lastId % 2_147_483_647) + 1;
      const message = make(this.#lastId);
      const id = String(message.messageId);
      const abort = () => this.#fail(signal.reason);
      const settle =
        <Value>(finish: (value: Value) => void) =>
        (value: Value) => {
          this.#pending.delete(id);
          signal.removeEventListener('abort', abort);
          finish(value);
        };
      const bytes = message.write();
      this.#pending.set(id, { message, entries: [], resolve: settle(resolve), reject: settle(reject) });
      signal.addEventListener('abort', abort, { once: true });
      onSend?.();
      this.#socket.write(bytes);
    });
  }

  #take(message: MessageResponse): void {
    const pending = this.#pending.get(String(message.messageId));
    // Nobody waits: a notice of the server's (id 0), which it follows up by hanging up.
    if (pending === undefined) return;
    if (message instanceof SearchEntry) pending.entries.push(message);
    // References lead to other servers, which would be given this one's password: they are left alone (RFC 4511 §4.5.3).
    else if (!(message instanceof SearchReference))
      pending.resolve({ result: message, entries: pending.entries });
  }

  /** Does not keep the process alive, or does so again. */
  rest(isIdle: boolean): void {
    if (isIdle) this.#socket.unref();
    else this.#socket.ref();
  }

  /** Ends it in good order: says goodbye (RFC 4511 §4.3), if that can be done at once. */
  close(): void {
    if (this.#end !== undefined) return;
    const { writableLength } = this.#socket;
    if (this.#pending.size === 0 && writableLength === 0)
      this.#socket.end(new UnbindRequest({ messageId: this.#lastId + 1 }).write(), () =>
        this.#socket.destroy(),
      );
    else this.#socket.destroy();
    this.#finish(connectionError('connection_lost', this.server.url, true));
  }

  #fail(error: unknown): void {
    this.#socket.destroy();
    this.#finish(error);
  }

  #finish(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    for (const { reject } of [...this.#pending.values()]) reject(error);
    for (const listener of this.#onEnd.splice(0)) listener();
  }
}
