/** One integration of one tenant at work: context, operations, pipeline, and what must be closed. */

import type { Forecast, IntegrationContext } from '../context.ts';
import { describeOperation } from '../describe-operations.ts';
import { IntegrationError, isIntegrationError } from '../errors.ts';
import {
  answerBehind,
  canForward,
  effectOfMethod,
  type ForwardAnswer,
  type Forwarder,
  type ForwardRequest,
  letGoOnAbort,
} from '../forward.ts';
import type { AnyDefinition, Operations } from '../integration.ts';
import { quoted } from '../names.ts';
import type { CallOptions } from '../operation.ts';
import { mergeResilience } from '../resilience/options.ts';
import { createPipeline } from '../resilience/pipeline.ts';
import type { CallNames, Pipeline, PipelineObserver, ResilienceInput } from '../resilience/types.ts';
import { scopedState } from '../state.ts';
import { BoundOperation, TrackedOperation } from './bound-operation.ts';
import { type ClientSource, createClient } from './client.ts';
import type { Surroundings } from './surroundings.ts';

/** What an instance is made of. */
export interface InstanceSetup {
  readonly definition: AnyDefinition;
  /** Checked options. */
  readonly options: unknown;
  readonly names: CallNames;
  /** Layers on top of the definition's own. */
  readonly resilience: readonly (ResilienceInput | undefined)[];
  readonly surroundings: Surroundings;
  readonly observer?: PipelineObserver | undefined;
  readonly forecast: (forecast: Forecast) => void;
}

const forwarding = {
  read: new TrackedOperation('forward', 'read', false),
  idempotent: new TrackedOperation('forward', 'idempotent', false),
  keyed: new TrackedOperation('forward', 'keyed', false),
  unsafe: new TrackedOperation('forward', 'unsafe', false),
};

type Closer = () => void | Promise<void>;

/**
 * Makes an instance: calls `http`, `native`, `connect` and `forward` of the definition, once each, in this order.
 *
 * @throws {@link IntegrationError}: `invalid_argument` for wrong resilience options, `internal` when one of them threw
 */
export function createInstance(setup: InstanceSetup): Instance {
  const { definition, names, surroundings, resilience } = setup;
  const { clock, random, state, logger } = surroundings;
  const closing = new Closing((error) => logger.error('something could not be closed', { ...names, error }));
  // Provider and core write side by side: neither can name a key of the other's.
  const scope = (owner: string) => scopedState(state, 'integration', names.tenant, names.integration, owner);
  const pipeline = createPipeline(mergeResilience(definition.resilience, ...resilience), {
    names,
    errors: definition.errors,
    clock,
    random,
    state: scope('core'),
    logger,
    observer: setup.observer,
  });
  const context: IntegrationContext<unknown> = {
    options: setup.options,
    provider: definition.id,
    name: names.integration,
    tenant: names.tenant,
    egress: definition.egress,
    errors: definition.errors,
    clock,
    random,
    state: scope('provider'),
    logger,
    service: surroundings.service,
    forecast: setup.forecast,
    onClose: (close) => closing.add(close),
  };
  try {
    const http: unknown = definition.http?.(context);
    const native: unknown = definition.native?.(context);
    const reached = { ...context, http, native };
    const operations: Operations = definition.connect(reached);
    const forwarder = definition.forward?.(reached) ?? (canForward(http) ? http : undefined);
    return new Instance(setup, pipeline, { operations, native, forwarder }, closing);
  } catch (cause) {
    closing.run().catch((error) => logger.error('something could not be closed', { ...names, error }));
    if (isIntegrationError(cause)) throw cause;
    throw new IntegrationError(
      `could not be made: ${cause instanceof Error ? cause.name : 'something was thrown'}`,
      { ...names, code: 'internal', remedy: 'see the cause' },
      { cause },
    );
  }
}

/** Made by {@link createInstance}. */
export class Instance {
  readonly names: CallNames;
  readonly pipeline: Pipeline;
  readonly native: unknown;
  readonly #definition: AnyDefinition;
  readonly #operations: Operations;
  readonly #forwarder: Forwarder | undefined;
  readonly #bound = new Map<string, BoundOperation>();
  readonly #closing: Closing;
  #probe: Record<string, unknown> | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    setup: InstanceSetup,
    pipeline: Pipeline,
    made: {
      readonly operations: Operations;
      readonly native: unknown;
      readonly forwarder: Forwarder | undefined;
    },
    closing: Closing,
  ) {
    this.names = setup.names;
    this.#definition = setup.definition;
    this.pipeline = pipeline;
    this.native = made.native;
    this.#operations = made.operations;
    this.#forwarder = made.forwarder;
    this.#closing = closing;
  }

  /** @throws {@link IntegrationError} `unimplemented` when these options do not give the operation */
  find(name: string): BoundOperation {
    return this.#bound.get(name) ?? this.#bind(name);
  }

  /**
   * Passes a request on. @returns the vendor's last answer, whatever its status
   *
   * @throws {@link IntegrationError} when there is no answer; `unimplemented` when the integration passes nothing on; `invalid_argument` for
   * another method than those of {@link ForwardRequest}
   */
  async forward(request: ForwardRequest, options: CallOptions | undefined): Promise<ForwardAnswer> {
    const forwarder = this.#forwarder;
    if (forwarder === undefined)
      throw new IntegrationError('passes no requests on', {
        ...this.names,
        code: 'unimplemented',
        operation: 'forward',
        remedy: 'call one of its operations',
      });
    if (!Object.hasOwn(effectOfMethod, request.method))
      throw new IntegrationError(`cannot pass a request of the method ${quoted(String(request.method))} on`, {
        ...this.names,
        code: 'invalid_argument',
        operation: 'forward',
        remedy: `give one of ${Object.keys(effectOfMethod).join(', ')}`,
      });
    try {
      const operation = forwarding[effectOfMethod[request.method]];
      const answer = await this.pipeline.run(operation, options, (call) => forwarder.forward(request, call));
      return letGoOnAbort(answer, options?.signal);
    } catch (error) {
      const answer = answerBehind(error);
      if (answer === undefined) throw error;
      return answer;
    }
  }

  /** A client of this very instance. */
  client(): Record<string, unknown> {
    const native = this.#definition.native === undefined ? undefined : () => this.native;
    return this.#clientOf({ names: this.names, find: (name) => this.find(name), native });
  }

  /** A client whose calls are told from those of users. */
  get probe(): Record<string, unknown> {
    this.#probe ??= this.#clientOf({ names: this.names, find: (name) => this.#make(name, true) });
    return this.#probe;
  }

  /**
   * Lets calls in flight end, aborts them after `graceMs` milliseconds, then closes what was opened, last first.
   * Calling it again shortens the wait.
   *
   * @throws {@link IntegrationError} `internal` with everything that could not be closed in its cause
   */
  close(graceMs: number): Promise<void> {
    const drained = this.pipeline.drain(graceMs);
    this.#closed ??= drained.then(() => this.#closing.run());
    return this.#closed;
  }

  #clientOf(source: ClientSource): Record<string, unknown> {
    const descriptions = Object.entries(this.#operations).map(([name, one]) => describeOperation(name, one));
    return createClient(descriptions, source);
  }

  #bind(name: string): BoundOperation {
    const operation = this.#make(name, false);
    this.#bound.set(name, operation);
    return operation;
  }

  #make(name: string, probe: boolean): BoundOperation {
    const operation = Object.hasOwn(this.#operations, name) ? this.#operations[name] : undefined;
    if (operation !== undefined) return new BoundOperation(name, operation, this.pipeline, this.names, probe);
    throw new IntegrationError('is not given with these options', {
      ...this.names,
      code: 'unimplemented',
      operation: name,
    });
  }
}

/** What was given to `onClose`, run once, last first. */
class Closing {
  readonly #closers: Closer[] = [];
  readonly #report: (error: unknown) => void;
  #started = false;

  /** @param report told of what fails when it is added after the closing */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  add(close: Closer): void {
    this.#closers.push(close);
    if (this.#started) this.run().catch(this.#report);
  }

  async run(): Promise<void> {
    this.#started = true;
    const errors: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw gathered('could not be closed', errors);
  }
}

/** One error for several: the first as its cause, or all of them. */
export function gathered(what: string, errors: readonly unknown[]): IntegrationError {
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors, `${errors.length} errors`);
  const count = errors.length === 1 ? 'one thing' : `${errors.length} things`;
  return new IntegrationError(`${count} ${what}`, { code: 'internal', remedy: 'see the cause' }, { cause });
}
