import { silentLogger } from './context.ts';
import { IntegrationError } from './errors.ts';
import type { AnyDefinition, Operations } from './integration.ts';
import type { AnyOperation, Effect } from './operation.ts';
import { parameterNames } from './parameters.ts';
import type { StateStore } from './state.ts';

/** One operation as data, for tables, tools and dashboards. */
export interface OperationDescription {
  readonly name: string;
  readonly effect: Effect;
  /** `pages`: answers in pages. */
  readonly kind: 'call' | 'pages';
  /** The vendor's page on it. */
  readonly docs?: string | undefined;
  /** Since when and what to use instead. */
  readonly deprecated?: string | undefined;
  /** Scopes or permissions that the credential needs. */
  readonly scopes?: readonly string[] | undefined;
  /** Arguments in front of the call options. */
  readonly argumentCount: number;
  /** Their names, as the provider wrote them; `''` for one that is taken apart. */
  readonly parameters: readonly string[];
}

const described = new WeakMap<AnyDefinition, readonly OperationDescription[]>();

/**
 * The operations of a definition, in its own order, without options and without opening anything: `connect` is run
 * with stand-ins for everything in its context.
 *
 * @throws {@link IntegrationError} `failed_precondition` when `connect` uses its context before an operation is called
 */
export function describeOperations(definition: AnyDefinition): readonly OperationDescription[] {
  const known = described.get(definition);
  if (known !== undefined) return known;
  const descriptions = Object.entries(connectInert(definition)).map(([name, operation]) => {
    const description = describeOperation(name, operation);
    const parameters = parameterNames(operation.run).slice(0, description.argumentCount);
    return { ...description, parameters };
  });
  described.set(definition, descriptions);
  return descriptions;
}

/**
 * The operations themselves, made with stand-ins; calling one fails.
 *
 * @throws {@link IntegrationError} as {@link describeOperations}
 */
export function connectInert(definition: AnyDefinition): Operations {
  try {
    return definition.connect({
      options: standIn('options'),
      http: standIn('http'),
      native: standIn('native'),
      provider: definition.id,
      name: definition.id,
      tenant: 'default',
      egress: definition.egress,
      errors: definition.errors,
      clock: { now: () => 0, schedule: refuse },
      random: () => 0,
      state: inertState,
      logger: silentLogger,
      service: () => undefined,
      forecast: refuse,
      onClose: () => undefined,
    }) as Operations;
  } catch (cause) {
    throw new IntegrationError(
      `connect cannot be run without options: ${cause instanceof Error ? cause.message : 'it threw'}`,
      {
        code: 'failed_precondition',
        provider: definition.id,
        remedy: 'use the context inside the operations, and make clients in `http` or `native`',
      },
      { cause },
    );
  }
}

/** What is told of one operation. */
export function describeOperation(
  name: string,
  operation: AnyOperation,
): Omit<OperationDescription, 'parameters'> {
  const { effect, kind, docs, deprecated, scopes, run } = operation;
  return { name, effect, kind, docs, deprecated, scopes, argumentCount: Math.max(run.length - 1, 0) };
}

function refuse(): never {
  throw new Error('connect must not open or start anything');
}

const inertState: StateStore = {
  get: refuse,
  set: refuse,
  compareAndSet: refuse,
  delete: refuse,
  increment: refuse,
  [Symbol.asyncDispose]: refuse,
};

/**
 * Stands for any value: has every property, each of them another stand-in, reads as text or as a number, and refuses
 * to be called.
 */
function standIn(what: string): never {
  const target = () => undefined;
  return new Proxy(target, {
    get(_target, key) {
      if (key === Symbol.toPrimitive)
        return (hint: string) => (hint === 'number' ? 1 : 'https://stand-in.invalid/');
      if (key === Symbol.iterator) return [][Symbol.iterator];
      // A stand-in that is awaited must not look like a promise.
      if (key === 'then') return undefined;
      return standIn(`${what}.${String(key)}`);
    },
    apply() {
      throw new Error(`it calls ${what}`);
    },
    construct() {
      throw new Error(`it makes a ${what}`);
    },
  }) as never;
}
