export type { LogLimits } from './clean.ts';
export {
  createLogger,
  type LogDestination,
  type LoggerOptions,
  type LogLevel,
  logLevels,
  type RootLogger,
  type StructuredLogger,
} from './logger.ts';
export { type PrettyOptions, prettyLine } from './pretty.ts';
export { secretNames } from './secret-names.ts';
export { withoutCredentials } from './words.ts';
