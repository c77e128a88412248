/** What the SDK puts in the API's global places, and takes out again. */
import { IntegrationError, type Logger } from '@im/core';
import { context, type DiagLogFunction, DiagLogLevel, diag } from '@opentelemetry/api';
import { isDiagnostic } from './diagnostic.ts';

/** One place of the API. */
export interface Registration {
  /** `tracer provider` */
  readonly what: string;
  /** @returns whether the place was free */
  register(): boolean;
  undo(): void;
}

/**
 * Registers all, or none.
 *
 * @returns takes all of them out again
 * @throws IntegrationError `failed_precondition`: a place is taken
 */
export function registerAll(registrations: readonly Registration[]): () => void {
  const undos: (() => void)[] = [];
  const undo = () => {
    for (const one of undos.splice(0).reverse()) one();
  };
  for (const { what, register, undo: takeOut } of registrations) {
    if (!register()) {
      undo();
      throw new IntegrationError(`telemetry cannot start: another ${what} of OpenTelemetry is registered`, {
        code: 'failed_precondition',
        remedy: 'start one SDK in a process, and shut it down before the next one',
      });
    }
    undos.push(takeOut);
  }
  return undo;
}

/** What the SDK complains about, as lines of `logger`: its own words are data, since they may quote a collector. */
export function diagnostics(logger: Logger): Registration {
  const at =
    (level: keyof Logger): DiagLogFunction =>
    (message, ...more) =>
      context.with(context.active().setValue(isDiagnostic, true), () =>
        logger[level]('OpenTelemetry says', { says: message, ...(more.length > 0 && { more }) }),
      );
  const diagLogger = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    verbose: at('debug'),
  };
  return {
    what: 'diagnostics logger',
    register: () => diag.setLogger(diagLogger, DiagLogLevel.WARN),
    undo: () => diag.disable(),
  };
}
