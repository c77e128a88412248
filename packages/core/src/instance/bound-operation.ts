import { IntegrationError } from '../errors.ts';
import type { AnyOperation, Call, CallOptions, Effect, Page, PagesOptions } from '../operation.ts';
import type { CallNames, Pipeline, PipelineOperation } from '../resilience/types.ts';

/** An operation as the pipeline and its observer see it: one object for all calls. */
export class TrackedOperation implements PipelineOperation {
  readonly name: string;
  readonly effect: Effect;
  /** Called by a health check: told apart from what users do. */
  readonly probe: boolean;

  constructor(name: string, effect: Effect, probe: boolean) {
    this.name = name;
    this.effect = effect;
    this.probe = probe;
  }
}

type Body = (...args: readonly unknown[]) => Promise<unknown>;

/** One operation of one instance, ready to be called. The body's last parameter is the call; the caller's are padded. */
export class BoundOperation {
  readonly #tracked: TrackedOperation;
  readonly #body: Body;
  readonly #index: number;
  readonly #pipeline: Pipeline;
  readonly #names: CallNames;

  constructor(
    name: string,
    { effect, run }: AnyOperation,
    pipeline: Pipeline,
    names: CallNames,
    probe = false,
  ) {
    this.#tracked = new TrackedOperation(name, effect, probe);
    this.#body = run as Body;
    this.#index = Math.max(run.length - 1, 0);
    this.#pipeline = pipeline;
    this.#names = names;
  }

  /** @param args the caller's */
  call(args: readonly unknown[]): Promise<unknown> {
    const options = args[this.#index] as CallOptions | undefined;
    if (typeof options !== 'object' && options !== undefined) return Promise.reject(this.#refuse());
    return this.#pipeline.run(
      this.#tracked,
      options,
      this.#attempt(args),
      undefined,
      this.#given(args, options),
    );
  }

  /** One page of an operation that answers in pages. */
  page(
    args: readonly unknown[],
    options: PagesOptions | undefined,
    cursor: string | undefined,
  ): Promise<Page<unknown>> {
    if (typeof options !== 'object' && options !== undefined) return Promise.reject(this.#refuse());
    const page = { cursor, pageSize: options?.pageSize };
    const attempt = this.#attempt(args) as (call: Call) => Promise<Page<unknown>>;
    return this.#pipeline.run(this.#tracked, options, attempt, page);
  }

  #attempt(args: readonly unknown[]): (call: Call) => Promise<unknown> {
    const body = this.#body;
    const index = this.#index;
    // Spelled out for the usual counts, since building an argument list costs as much as the rest of a call.
    if (index === 0) return (call) => body(call);
    if (index === 1) return (call) => body(args[0], call);
    if (index === 2) return (call) => body(args[0], args[1], call);
    return (call) => body(...Array.from({ length: index }, (_, at) => args[at]), call);
  }

  /** The arguments that a `reference` stands for; nobody else needs the copy. */
  #given(args: readonly unknown[], options: CallOptions | undefined): readonly unknown[] | undefined {
    return options?.reference === undefined ? undefined : args.slice(0, this.#index);
  }

  #refuse(): IntegrationError {
    return new IntegrationError(`argument ${this.#index + 1} must be the options of the call, an object`, {
      ...this.#names,
      code: 'invalid_argument',
      operation: this.#tracked.name,
      remedy: 'leave it out, or give { signal, timeoutMs, … }',
    });
  }
}
