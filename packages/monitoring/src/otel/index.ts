export type { BatchOptions, MetricOptions, TelemetryOptions, TraceOptions } from './options.ts';
export { createPropagator, type Propagation } from './propagator.ts';
export { startTelemetry, type Telemetry } from './telemetry.ts';
