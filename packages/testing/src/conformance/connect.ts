/** Connects a definition by hand, to read its operations without core's policies around them. */
import {
  type AnyDefinition,
  type Clock,
  type IntegrationContext,
  memoryState,
  type Operations,
  parseOptions,
  type StateStore,
  silentLogger,
} from '@im/core';

/** What `http`, `native` and `connect` of the definition make, with what they were given. */
export interface Connected {
  readonly operations: Operations;
  /** What was given to `onClose`, in order. */
  readonly closers: readonly (() => void | Promise<void>)[];
}

/** Calls the functions of a definition in the order in which core does. */
export function connectByHand(
  definition: AnyDefinition,
  options: unknown,
  outside: { readonly clock: Clock; readonly state?: StateStore; readonly tenant?: string },
): Connected {
  const closers: (() => void | Promise<void>)[] = [];
  const context: IntegrationContext<unknown> = {
    options: parseOptions(definition, options),
    provider: definition.id,
    name: definition.id,
    tenant: outside.tenant ?? 'tenant_a',
    egress: definition.egress,
    errors: definition.errors,
    clock: outside.clock,
    random: () => 0.5,
    state: outside.state ?? memoryState(outside.clock),
    logger: silentLogger,
    service: () => undefined,
    forecast: () => {},
    onClose: (close) => void closers.push(close),
  };
  const http: unknown = definition.http?.(context);
  const native: unknown = definition.native?.(context);
  const operations = definition.connect({ ...context, http, native }) as Operations;
  return { operations, closers };
}
