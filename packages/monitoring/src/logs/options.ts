/** What `createLogger` can be told. */
import { type LogFields, parseOptions } from '@im/core';
import { z } from 'zod';
import { defaultLimits, type LogLimits } from './clean.ts';

/** Levels, from the least on. `silent` writes nothing. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** Where lines go: a file's path or descriptor, which are written in the background, or anything that takes texts. */
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

const count = z.int().min(1);
const shape = <Type>(holds: (value: unknown) => boolean) => z.custom<Type>(holds);
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const loggerOptions = z.strictObject({
  level: z.enum(logLevels).default('info'),
  destination: z
    .union([
      z.string().min(1),
      z.int().min(0),
      shape<{ write(line: string): unknown }>((value) => isObject(value) && 'write' in value),
    ])
    .default(1),
  pretty: z.union([z.boolean(), z.literal('colour')]).default(false),
  fields: shape<LogFields>(isObject).default({}),
  secretNames: z.array(z.string()).default([]),
  limits: z
    .strictObject({
      maxMembers: count.default(defaultLimits.maxMembers),
      maxDepth: count.default(defaultLimits.maxDepth),
      maxText: count.default(defaultLimits.maxText),
      maxValues: count.default(defaultLimits.maxValues),
    })
    .prefault({}),
  now: shape<() => number>((value) => typeof value === 'function').default(() => Date.now),
});

/** @throws ConfigurationError with every fault */
export function checkLogger(options: LoggerOptions): z.output<typeof loggerOptions> {
  return parseOptions({ id: 'logger', options: loggerOptions }, options);
}
