/**
 * Streams of bytes without the price of streams. On the way down bytes pass a connection, a driver that goes on after a cut, and a
 * verifier, and a web stream between any two of them costs more for each piece than all that is done with it. So these pass pieces to
 * each other as {@link ByteSource}s, and what looks like a stream from outside gives up its source to whoever knows how to ask.
 */
import type {
  ReadableStreamAsyncIterator,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  UnderlyingSource,
} from 'node:stream/web';

/** Where bytes come from. */
export interface ByteSource {
  /** The next bytes; `undefined` at the end. Not called again before it has settled, nor after the end or a failure. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of everything. After the end and after a failure it does nothing. */
  cancel(reason?: unknown): Promise<void>;
}

/** A stream over a source, which is read only as the stream is. */
export function streamOfSource(source: ByteSource): ReadableStream<Uint8Array> {
  return new SourceStream(source, undefined);
}

/** The same; an abort errors the stream at once, and lets go of the source. */
export function abortableStream(source: ByteSource, signal: AbortSignal): ReadableStream<Uint8Array> {
  return new SourceStream(source, signal);
}

/**
 * The source of a stream, which is locked from now on: the one that it was made of where `streamOfSource` made it, else one that reads it.
 *
 * @throws TypeError when the stream is locked already
 */
export function sourceOfStream(stream: ReadableStream<Uint8Array>): ByteSource {
  const source = stream instanceof SourceStream ? stream.take() : undefined;
  if (source !== undefined) return source;
  const reader = stream.getReader();
  return {
    next: async () => (await reader.read()).value,
    cancel: (reason) => reader.cancel(reason),
  };
}

type Step = IteratorResult<Uint8Array, undefined>;

const over: Step = { done: true, value: undefined };

/** A stream whose pieces go straight from the source to a `for await`, and by way of the platform's queues to everybody else. */
class SourceStream extends ReadableStream<Uint8Array> {
  readonly #state: StreamState;

  constructor(source: ByteSource, signal: AbortSignal | undefined) {
    const state = new StreamState(source, signal);
    super(state, { highWaterMark: 0 });
    this.#state = state;
  }

  /** The source itself, where nobody has read of it and no signal watches over it. */
  take(): ByteSource | undefined {
    if (this.#state.isTouched || this.#state.isWatched || this.locked) return undefined;
    this.#state.isTouched = true;
    this.getReader();
    return this.#state.source;
  }

  override values(options?: { readonly preventCancel?: boolean }): ReadableStreamAsyncIterator<Uint8Array> {
    if (this.#state.isTouched || this.locked || options?.preventCancel === true) return super.values(options);
    this.#state.isTouched = true;
    return new SourceIterator(this.#state, this.getReader());
  }

  override [Symbol.asyncIterator](): ReadableStreamAsyncIterator<Uint8Array> {
    return this.values();
  }
}

/** What a stream and the iterator over it share; as the platform sees it, the stream's underlying source. */
class StreamState implements UnderlyingSource<Uint8Array> {
  readonly source: ByteSource;
  /** Whether a piece was asked for, so that one may be in the platform's queue. */
  isTouched = false;
  readonly #signal: AbortSignal | undefined;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #reject: (error: unknown) => void = () => {};

  constructor(source: ByteSource, signal: AbortSignal | undefined) {
    this.source = source;
    this.#signal = signal;
  }

  get isWatched(): boolean {
    return this.#signal !== undefined;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    if (this.#signal?.aborted) this.handleEvent();
    else this.#signal?.addEventListener('abort', this, { once: true });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.isTouched = true;
    try {
      const { value } = await this.step();
      if (value !== undefined) controller.enqueue(value);
    } catch {
      // The stream has the failure already.
    }
  }

  async cancel(reason: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#end();
    await this.source.cancel(reason);
  }

  /** The signal's abort. */
  handleEvent(): void {
    if (this.#isOver) return;
    const reason = this.#signal?.reason;
    this.#fail(reason);
    // The reader is told of the abort; what the source says of it has no reader.
    this.source.cancel(reason).catch(() => undefined);
  }

  /** The next piece. The stream ends and fails with it. */
  step(): Promise<Step> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure.error);
      if (this.#isOver) return resolve(over);
      this.#reject = reject;
      this.source.next().then(
        (value) => {
          if (value !== undefined) return resolve({ done: false, value });
          if (!this.#isOver) {
            this.#end();
            this.#controller.close();
          }
          resolve(over);
        },
        (error: unknown) => {
          if (!this.#isOver) this.#fail(error);
          else reject(error);
        },
      );
    });
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#end();
    this.#controller.error(error);
    this.#reject(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#signal?.removeEventListener('abort', this);
  }
}

/** Holds the stream's lock as the platform's own iterator does, and reads past its queue. */
class SourceIterator implements ReadableStreamAsyncIterator<Uint8Array> {
  readonly #state: StreamState;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** The step under way: another one waits for it. */
  #last: Promise<unknown> | undefined;
  #isReleased = false;

  constructor(state: StreamState, reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#state = state;
    this.#reader = reader;
    // Its failure is told by `next`.
    reader.closed.catch(() => undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    return this.#inTurn(() => this.#step());
  }

  return(value?: unknown): Promise<IteratorReturnResult<undefined>> {
    return this.#inTurn(async () => {
      if (!this.#isReleased) await this.#reader.cancel(value).finally(() => this.#release());
      return { done: true, value: value as undefined };
    });
  }

  async #step(): Promise<Step> {
    if (this.#isReleased) return over;
    try {
      const step = await this.#state.step();
      if (step.done) this.#release();
      return step;
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  #release(): void {
    this.#isReleased = true;
    this.#reader.releaseLock();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = this.#last === undefined ? work() : this.#last.then(work, work);
    this.#last = mine;
    const settled = () => {
      if (this.#last === mine) this.#last = undefined;
    };
    mine.then(settled, settled);
    return mine;
  }
}
