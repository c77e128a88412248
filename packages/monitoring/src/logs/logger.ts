/** Structured logs: pino behind core's `Logger`. */
import { type LogFields, type Logger, loadOptional } from '@im/core';
import { context, logs, SeverityNumber, trace } from '@opentelemetry/api';
import { isDiagnostic } from '../otel/diagnostic.ts';
import { cleanText, createCleaner } from './clean.ts';
import { checkLogger, type LoggerOptions, type LogLevel } from './options.ts';
import { openSink } from './sink.ts';

/** A logger with more fields on every line. */
export interface StructuredLogger extends Logger {
  /** A logger of the same destination and level, with more fields on every line: `logger.with({ tenant: 'acme' })`. */
  with(fields: LogFields): StructuredLogger;
}

/** The logger that owns its destination. Disposing it writes what is waiting and closes the file; what is logged later is dropped. */
export interface RootLogger extends StructuredLogger, AsyncDisposable {
  /** May be changed at any time, for all loggers made from this one. */
  level: LogLevel;
  /** Writes what is waiting. At the end of the process this happens by itself, also after `process.exit`. */
  flush(): Promise<void>;
}

const severities = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
} as const;
type Level = keyof typeof severities;

/**
 * Makes a logger. A line is JSON: `time` (ISO 8601), `level`, `message`, `trace_id` and `span_id` of the active span, and the
 * fields. Secrets do not print, credentials are taken out of texts, and no line grows without bound. Where a
 * `startTelemetry` runs, the same goes to the collector as a log record.
 *
 * @throws ConfigurationError every fault of the options
 * @throws IntegrationError `failed_precondition`: `pino` is not installed, or the file cannot be opened
 */
export async function createLogger(options: LoggerOptions = {}): Promise<RootLogger> {
  const checked = checkLogger(options);
  const { pino } = await loadOptional('pino', 'writing structured logs', () => import('pino'));
  const { destination, fields, limits, now, pretty } = checked;
  const secrets = new Set(checked.secretNames.map((name) => name.toLowerCase()));
  const clean = createCleaner(limits, (name) => secrets.has(name.toLowerCase()));

  const sink = await openSink(pino, destination, pretty);
  const root = pino(
    {
      level: checked.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink.stream,
  );

  const write = (at: Level, message: string, own: LogFields) => {
    const text = cleanText(message, limits.maxText);
    const data = renamed(clean(own));
    root[at]({ ...data, ...spanFields() }, text);
    if (context.active().getValue(isDiagnostic) !== true) emit(at, text, data);
  };

  const loggerWith = (above: LogFields): StructuredLogger => {
    const line = (at: Level) => (message: string, more?: LogFields) => {
      if (root.isLevelEnabled(at)) write(at, message, more === undefined ? above : { ...above, ...more });
    };
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      with: (more) => loggerWith({ ...above, ...more }),
    };
  };

  return {
    ...loggerWith(fields),
    get level() {
      return root.level as LogLevel;
    },
    set level(wanted: LogLevel) {
      root.level = wanted;
    },
    flush: sink.flush,
    async [Symbol.asyncDispose]() {
      root.level = 'silent';
      await sink.close();
    },
  };
}

/** What a line says itself cannot be said by a field. */
function renamed({ time, level, message, ...data }: Record<string, unknown>): Record<string, unknown> {
  const taken = Object.entries({ time_: time, level_: level, message_: message });
  return { ...data, ...Object.fromEntries(taken.filter(([, value]) => value !== undefined)) };
}

/** By the names of OpenTelemetry for formats that are not its own: https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
function spanFields() {
  const span = trace.getActiveSpan()?.spanContext();
  return span && { trace_id: span.traceId, span_id: span.spanId };
}

/** The line as a log record, for the SDK that is registered now; without one nobody listens. */
function emit(level: Level, body: string, attributes: Record<string, unknown>): void {
  logs.getLogger('@im/monitoring').emit({
    severityNumber: severities[level],
    severityText: level,
    body,
    attributes: attributes as Record<string, string>,
  });
}
