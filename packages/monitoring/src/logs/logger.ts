/** Structured logs: pino behind core's `Logger`. */
import { type EventEmitter, once } from 'node:events';
import { IntegrationError, type LogFields, type Logger, loadOptional } from '@im/core';
import { context, logs, SeverityNumber, trace } from '@opentelemetry/api';
import { isDiagnostic } from '../otel/diagnostic.ts';
import { cleanText, createCleaner, defaultLimits, type LogLimits } from './clean.ts';
import { prettyLine } from './pretty.ts';

/** Levels, from the least on. `silent` writes nothing. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** Where lines go: a file's path or descriptor, which are written in large pieces, or anything that takes texts. */
export type LogDestination = string | number | { write(line: string): unknown };

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** The least that is written. Default `info`. */
  readonly level?: LogLevel | undefined;
  /** Default 1, standard output. */
  readonly destination?: LogDestination | undefined;
  /** Lines for people in place of JSON; `'colour'` for a terminal. Default false. */
  readonly pretty?: boolean | 'colour' | undefined;
  /** Stand on every line: `{ service: 'hub' }`. */
  readonly fields?: LogFields | undefined;
  /** More names of fields that are never shown, beside those that `@im/http` knows: of a definition, `secretNames(spotify)`. */
  readonly secretNames?: readonly string[] | undefined;
  /** Bounds of a line. */
  readonly limits?: Partial<LogLimits> | undefined;
  /** Default: the system's. */
  readonly now?: (() => number) | undefined;
}

/** A logger with more fields on every line. */
export interface StructuredLogger extends Logger {
  /** A logger of the same destination and level, with more fields on every line: `logger.with({ tenant: 'acme' })`. */
  with(fields: LogFields): StructuredLogger;
}

/** The logger that owns its destination. */
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
 * @throws IntegrationError `failed_precondition`: `pino` is not installed, or the file cannot be opened
 */
export async function createLogger(options: LoggerOptions = {}): Promise<RootLogger> {
  const { pino } = await loadOptional('pino', 'writing structured logs', () => import('pino'));
  const { level = 'info', destination = 1, fields = {}, now = Date.now, pretty = false } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const secretNames = new Set(options.secretNames?.map((name) => name.toLowerCase()));
  const clean = createCleaner(limits, (name) => secretNames.has(name.toLowerCase()));

  const file = isFile(destination)
    ? pino.destination({ dest: destination, sync: false, minLength: 4_096, mkdir: true })
    : undefined;
  if (typeof destination === 'string') await opened(file, destination);
  const target = file ?? (destination as { write(line: string): unknown });
  const sink = pretty === false ? target : prettySink(target, pretty === 'colour');
  const root = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink as Exclude<typeof file, undefined>,
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

  const flush = () =>
    new Promise<void>((resolve, reject) => {
      if (file === undefined) resolve();
      else file.flush((error) => (error ? reject(error) : resolve()));
    });
  const close = async () => {
    await flush();
    // What was opened here is closed here; a descriptor is the caller's.
    if (file === undefined || typeof destination !== 'string') return;
    const closed = once(file, 'close');
    file.end();
    await closed;
  };
  return {
    ...loggerWith(fields),
    get level() {
      return root.level as LogLevel;
    },
    set level(wanted: LogLevel) {
      root.level = wanted;
    },
    flush,
    [Symbol.asyncDispose]: close,
  };
}

async function opened(file: EventEmitter | undefined, path: string): Promise<void> {
  try {
    if (file !== undefined) await once(file, 'ready');
  } catch (cause) {
    throw new IntegrationError(
      `the log ${path} cannot be opened`,
      { code: 'failed_precondition', remedy: 'give the path of a file that this process may write' },
      { cause },
    );
  }
}

function isFile(destination: LogDestination): destination is string | number {
  return typeof destination === 'string' || typeof destination === 'number';
}

function prettySink(target: { write(line: string): unknown }, colour: boolean) {
  return { write: (line: string) => target.write(prettyLine(line, { colour })) };
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
