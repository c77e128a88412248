/**
 * One call that wires the SDK of OpenTelemetry: what `@im/core` records, and what the application itself records by the
 * API, goes to a collector by OTLP over HTTP.
 *
 * All that is global is what the API has: a handful of registrations. They are made together or not at all, and taken
 * back by `shutdown`.
 */
import { IntegrationError } from '@im/core';
import { context, logs, metrics, propagation, trace } from '@opentelemetry/api';
import { createContextManager } from './context-manager.ts';
import { checkTelemetry, type TelemetryOptions } from './options.ts';
import { createPropagator } from './propagator.ts';
import { diagnostics, type Registration, registerAll } from './registrations.ts';
import { createResource, exportTo, loadLogging, loadMetering, loadTracing } from './signals.ts';

/** Telemetry that runs. Disposing it is `shutdown`. */
export interface Telemetry extends AsyncDisposable {
  /**
   * Sends what was gathered, now, and waits until the collector has it or `exportTimeoutMs` is over.
   *
   * @throws IntegrationError `unavailable`: spans or log records did not arrive; of metrics, which go again with the next batch, the logger
   * is told
   */
  flush(): Promise<void>;
  /**
   * Takes the SDK out, so that another may be registered, then sends what was gathered. What the collector does not take is lost, and the logger
   * is told. A second call waits for the first.
   */
  shutdown(): Promise<void>;
}

/**
 * Starts to record: spans, metrics and log records go to the collector in batches, and the context follows every await, so that spans of the
 * application, of calls, and of what happens inside nest.
 *
 * The packages of the SDK are loaded now; those of signals that are off are not needed.
 *
 * @throws ConfigurationError every fault of the options
 * @throws IntegrationError `failed_precondition`: a package is missing, with the command that installs it; or another SDK is registered
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const checked = checkTelemetry(options);
  const resource = await createResource(checked);
  const [startTracing, startMetering, startLogging] = await Promise.all([
    checked.traces ? loadTracing(checked.traces, resource, exportTo(checked, 'v1/traces')) : undefined,
    checked.metrics ? loadMetering(checked.metrics, resource, exportTo(checked, 'v1/metrics')) : undefined,
    checked.logs ? loadLogging(checked.logs, resource, exportTo(checked, 'v1/logs')) : undefined,
  ]);
  const tracing = startTracing?.();
  const metering = startMetering?.();
  const logging = startLogging?.();
  const providers = [tracing, metering, logging].filter((provider) => provider !== undefined);
  const registrations: readonly (Registration | undefined)[] = [
    place('context manager', context, () => context.setGlobalContextManager(createContextManager())),
    place('propagator', propagation, () =>
      propagation.setGlobalPropagator(createPropagator(checked.propagate)),
    ),
    tracing && place('tracer provider', trace, () => trace.setGlobalTracerProvider(tracing)),
    metering && place('meter provider', metrics, () => metrics.setGlobalMeterProvider(metering)),
    logging && place('logger provider', logs, () => logs.setGlobalLoggerProvider(logging)),
  ];

  const complaints = checked.logger && diagnostics(checked.logger);
  const closeAll = async () => {
    for (const result of await Promise.allSettled(providers.map((provider) => provider.shutdown())))
      if (result.status === 'rejected') checked.logger?.error('telemetry was lost', { error: result.reason });
    // Last, since the SDK tells of batches that were not taken while it is shut down.
    complaints?.undo();
  };
  complaints?.register();
  let takeOut: () => void;
  try {
    takeOut = registerAll(registrations.filter((one) => one !== undefined));
  } catch (error) {
    await closeAll();
    throw error;
  }

  let ending: Promise<void> | undefined;
  const shutdown = () => {
    if (ending === undefined) {
      takeOut();
      ending = closeAll();
    }
    return ending;
  };
  return {
    async flush() {
      const results = await Promise.allSettled(providers.map((provider) => provider.forceFlush()));
      const failure = results.find((result) => result.status === 'rejected');
      if (failure !== undefined) throw notTaken(failure.reason);
    },
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

function notTaken(cause: unknown): IntegrationError {
  return new IntegrationError(
    'the collector did not take what was sent',
    { code: 'unavailable', remedy: 'see that `endpoint` is reached, and what the logger was told' },
    { cause },
  );
}

function place(what: string, api: { disable(): void }, register: () => boolean): Registration {
  return { what, register, undo: () => api.disable() };
}
