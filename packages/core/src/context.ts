/** What core hands to a provider, and what an application can replace: time, chance, state, log, services. */
import type { Clock } from './clock.ts';
import type { ErrorTable } from './errors.ts';
import type { StateStore } from './state.ts';

/** Structured log lines. Fields are data; no secret reaches them, since secrets do not print. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Facts beside a log message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes nothing; the default. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Names a service that core does not know, such as `@im/http`'s transport, so that an application or a test can give
 * its own. Two keys of the same name are the same key.
 */
export interface ServiceKey<Service> {
  readonly name: string;
  /** Carries the type; never set. */
  readonly _type?: Service;
}

/** Declares a key. */
export function serviceKey<Service>(name: string): ServiceKey<Service> {
  return { name };
}

/** A service under its key. Made by {@link provide}. */
export interface Provided {
  readonly name: string;
  readonly service: unknown;
}

/** Pairs a key with the service to use for it. */
export function provide<Service>(key: ServiceKey<Service>, service: Service): Provided {
  return { name: key.name, service };
}

/** Everything that comes from outside, each with a default; tests replace what they need. */
export interface Environment {
  /** Default: {@link systemClock}. */
  readonly clock?: Clock | undefined;
  /** Numbers from 0 to just below 1, for jitter. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Default: {@link memoryState}. */
  readonly state?: StateStore | undefined;
  /** Default: {@link silentLogger}. */
  readonly logger?: Logger | undefined;
  readonly services?: readonly Provided[] | undefined;
}

/** Something that will stop working at a known time unless somebody acts. */
export interface Forecast {
  readonly kind: 'token' | 'certificate' | 'key' | 'quota';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** For people: `refresh token of the account expires`. No secret. */
  readonly what: string;
}

/** What a provider's functions get, once for each instance (one registration of one tenant). */
export interface IntegrationContext<Options> {
  /** Checked options, defaults filled in. */
  readonly options: Options;
  /** Id of the definition. */
  readonly provider: string;
  /** Name of the registration. */
  readonly name: string;
  readonly tenant: string;
  /** Hosts that the definition says it talks to. */
  readonly egress: readonly string[];
  readonly errors: ErrorTable;
  readonly clock: Clock;
  readonly random: () => number;
  /** This instance's own part of the store: no key of it can name another tenant's or another registration's. */
  readonly state: StateStore;
  readonly logger: Logger;
  /** The service that the application gave for `key`, if it gave one. */
  service<Service>(key: ServiceKey<Service>): Service | undefined;
  /** Announces an expiry; a later one of the same kind replaces it, one in the past clears it. */
  forecast(forecast: Forecast): void;
  /** Has `close` called when the instance is let go, in reverse order of the calls. */
  onClose(close: () => void | Promise<void>): void;
}
