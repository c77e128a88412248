/** The lean lane: undici's dispatcher, for the plain calls that most calls are. It speaks HTTP/1.1. */
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { mayHaveContent } from '../content.ts';
import { guardedLookup } from '../egress.ts';
import { toHeaders } from '../headers.ts';
import type { HttpHeaders, HttpResponse } from '../transport.ts';
import { BodyReader } from './body-reader.ts';
import { connectTimeoutMs, idleMs, type Lane, type LaneRequest, mostAgents, networkError } from './lane.ts';

/** Makes the lane. Connections are shared by requests whose guards decide alike. */
export function createUndiciLane(): Lane {
  const agents = new Map<string, Dispatcher>();

  const agentFor = ({ guard, proxy }: LaneRequest): Dispatcher => {
    const key = proxy === undefined ? guard.key : JSON.stringify([guard.key, proxy.href]);
    let agent = agents.get(key);
    if (agent === undefined) {
      const options = {
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: idleMs,
        connect: { lookup: guardedLookup(guard), timeout: connectTimeoutMs },
      };
      // The proxy resolves the names, so a check of addresses has nothing to hold on to.
      agent =
        proxy === undefined ? new Agent(options) : new ProxyAgent({ uri: proxy.href, ...tunnelOptions });
      agents.set(key, agent);
      const [oldest] = agents;
      if (agents.size > mostAgents && oldest !== undefined) {
        agents.delete(oldest[0]);
        void oldest[1].close();
      }
    }
    return agent;
  };

  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        if (request.signal.aborted) return reject(request.signal.reason);
        const exchange = new Exchange(request, resolve, reject);
        agentFor(request).dispatch(
          {
            origin: request.url.origin,
            path: request.target ?? request.url.pathname + request.url.search,
            method: request.method,
            headers: request.headers,
            body: (request.body ?? null) as NonNullable<Dispatcher.DispatchOptions['body']> | null,
          },
          exchange,
        );
      }),
    async close() {
      const open = [...agents.values()];
      agents.clear();
      await Promise.all(open.map((agent) => agent.destroy()));
    },
  };
}

const tunnelOptions = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: idleMs };

/** One request and its answer: undici tells it what happens. */
class Exchange implements Dispatcher.DispatchHandler, HttpResponse {
  status = 0;
  headers!: HttpHeaders;
  readonly body = new BodyReader();
  readonly #request: LaneRequest;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #sent = false;

  constructor(
    request: LaneRequest,
    resolve: (response: HttpResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    request.signal.addEventListener('abort', this);
  }

  get url(): URL {
    return this.#request.url;
  }

  bytes(maxBytes: number): Promise<Uint8Array> {
    return this.body.bytes(maxBytes);
  }

  /** The signal's abort: told to the caller at once, to the connection when there is one. */
  handleEvent(): void {
    const { reason } = this.#request.signal;
    this.#fail(reason);
    this.#controller?.abort(toError(reason));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.body.begin(controller);
    if (this.#request.signal.aborted) {
      controller.abort(toError(this.#request.signal.reason));
    } else if (!this.#sent) {
      this.#sent = true;
      this.#request.onSend?.();
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.status = status;
    this.headers = toHeaders(headers);
    this.#resolve(this);
    // undici waits for the announced length also where none can come, and gives up the connection as broken: after the answer.
    if (!mayHaveContent(this.#request.method, status)) this.onResponseEnd();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.body.push(chunk);
  }

  onResponseEnd(): void {
    this.#release();
    this.body.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { signal } = this.#request;
    this.#fail(signal.aborted ? signal.reason : networkError(error, this.#sent));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release();
    this.body.dispose();
  }

  #fail(error: unknown): void {
    this.#release();
    this.#reject(error);
    this.body.fail(error);
  }

  #release(): void {
    this.#request.signal.removeEventListener('abort', this);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}
