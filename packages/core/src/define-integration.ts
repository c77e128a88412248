import type { z } from 'zod';
import { checkContractVersion } from './contract-version.ts';
import { connectInert } from './describe-operations.ts';
import { errorCodes, IntegrationError } from './errors.ts';
import type {
  AnyDefinition,
  Client,
  DefinitionBase,
  IntegrationDefinition,
  Operations,
} from './integration.ts';
import type { Effect } from './operation.ts';
import { coreOf } from './options/fields.ts';
import { parameterFault } from './parameters.ts';
import type { Port, PortBindings } from './port.ts';
import { mergeResilience } from './resilience/options.ts';

/**
 * Declares an integration: infers every type from the literal, checks it as it is loaded, and gives it back as it is.
 * Write `connect` before `check` and `provides`, whose types follow from it.
 *
 * @throws {@link IntegrationError} `failed_precondition` for a contract version that this core does not know;
 * `invalid_argument` that lists every fault of the definition
 */
export function defineIntegration<
  Schema extends z.ZodType,
  Ops extends Operations,
  Http = undefined,
  Native = unknown,
  const Ports extends readonly Port<unknown>[] = readonly [],
>(
  definition: DefinitionBase<Schema, Http, Native, Ops> & {
    readonly provides?: PortBindings<NoInfer<Client<Ops, Native>>, Ports>;
  },
): IntegrationDefinition<Schema, Http, Native, Ops> {
  if (Number.isInteger(definition.contract)) checkContractVersion(definition);
  const whole: IntegrationDefinition<Schema, Http, Native, Ops> = definition;
  const faults = definitionFaults(whole);
  if (faults.length === 0) return whole;
  throw new IntegrationError(
    [`the definition has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:`, ...faults].join(
      '\n  ',
    ),
    { code: 'invalid_argument', provider: String(definition.id) },
  );
}

/** Names that an operation cannot have, since a client has other uses for them. */
const reservedNames: ReadonlySet<string> = new Set([
  'native',
  'forward',
  'then',
  'constructor',
  'toString',
  'toJSON',
]);

const effects: ReadonlySet<Effect> = new Set(['read', 'idempotent', 'keyed', 'unsafe']);

const hostPattern = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Everything that is wrong with a definition, one line each. */
function definitionFaults(definition: AnyDefinition): readonly string[] {
  return [
    ...faultIf(
      !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(definition.id),
      'id must be in kebab case, such as `apple-music`',
    ),
    ...faultIf(!isText(definition.title), 'title must be the name of the service'),
    ...faultIf(!Number.isInteger(definition.contract), 'contract must be the version of the contract: 1'),
    ...faultIf(!isLink(definition.docs), 'docs must be the URL of the documentation of the vendor'),
    ...faultIf(
      !isStrictObject(definition.options),
      'options must be a strict zod object: z.strictObject({…})',
    ),
    ...egressFaults(definition.egress),
    ...errorFaults(definition),
    ...resilienceFaults(definition),
    ...portFaults(definition),
    ...operationFaults(definition),
  ];
}

function faultIf(broken: boolean, says: string): readonly string[] {
  return broken ? [says] : [];
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isLink(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:/.test(value);
}

function isStrictObject(schema: z.ZodType | undefined): boolean {
  if (schema?._zod === undefined) return false;
  const definition = coreOf(schema).schema._zod.def;
  return definition.type === 'object' && definition.catchall?._zod.def.type === 'never';
}

function egressFaults(egress: readonly string[] | undefined): readonly string[] {
  if (!Array.isArray(egress)) return ['egress must list the hosts that are talked to; [] for none'];
  return egress
    .filter((host) => !hostPattern.test(host))
    .map(
      (host) =>
        `egress ${JSON.stringify(host)} must be a host in lower case, or \`*.\` and a host; no scheme, port or path`,
    );
}

function errorFaults({ errors }: AnyDefinition): readonly string[] {
  if (!Array.isArray(errors?.rows)) return ['errors must be a table: { docs, rows }'];
  const codes: ReadonlySet<string> = new Set(errorCodes);
  return [
    ...faultIf(!isLink(errors.docs), 'errors.docs must be the URL of the page of the vendor on errors'),
    ...errors.rows.flatMap((row, index) =>
      faultIf(
        !codes.has(row.code),
        `errors.rows[${index}].code must be a canonical code, not ${JSON.stringify(row.code)}`,
      ),
    ),
  ];
}

function resilienceFaults({ resilience }: AnyDefinition): readonly string[] {
  try {
    mergeResilience(resilience);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function portFaults({ provides = [] }: AnyDefinition): readonly string[] {
  const ids = provides.map(({ port }) => port.id);
  return ids
    .filter((id, index) => ids.indexOf(id) !== index)
    .map((id) => `provides names the port ${JSON.stringify(id)} twice`);
}

function operationFaults(definition: AnyDefinition): readonly string[] {
  if (typeof definition.connect !== 'function') return ['connect must be a function'];
  let operations: Operations;
  try {
    operations = connectInert(definition);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const names = Object.keys(operations ?? {});
  if (names.length === 0) return ['connect must give at least one operation'];
  return names.flatMap((name) => {
    const operation = operations[name];
    if (typeof operation?.run !== 'function' || !effects.has(operation.effect)) {
      return [
        `operation ${name} must be tagged: read(…), idempotent(…), keyed(…), unsafe(…) or pages(read(…))`,
      ];
    }
    const hidden = parameterFault(operation.run);
    return [
      ...faultIf(reservedNames.has(name), `operation ${name} must have another name: this one is taken`),
      ...(hidden === undefined
        ? []
        : [`operation ${name} must not have ${hidden}: declare the parameter as \`| undefined\``]),
    ];
  });
}
