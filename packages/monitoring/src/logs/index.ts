export type { LogLimits } from './clean.ts';
export { createLogger, type RootLogger, type StructuredLogger } from './logger.ts';
export { type LogDestination, type LoggerOptions, type LogLevel, logLevels } from './options.ts';
export { type PrettyOptions, prettyLine } from './pretty.ts';
export { secretNames } from './secret-names.ts';
export { withoutCredentials } from './words.ts';
