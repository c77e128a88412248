/**
 * What repeating any command of the SDK does, told from the command itself.
 *
 * The first that holds:
 * 1. `exceptions`, by name: commands whose name promises what they do not keep;
 * 2. a member that AWS marks as idempotency token → `keyed`;
 * 3. REST: GET and HEAD → `read`; PUT and DELETE → `idempotent`, as Smithy demands of services
 *    (https://smithy.io/2.0/spec/http-bindings.html#http-trait);
 * 4. `byName`;
 * 5. otherwise `unsafe`: it is sent once.
 */
import type { Effect } from '@im/core';
import type { SdkCommand } from './sdk.ts';

/** Names without the `Command` at their end. */
const exceptions: readonly { readonly names: RegExp; readonly effect: Effect }[] = [
  // They add to what is there.
  {
    names:
      /^Put(Records?|RecordBatch|Events|PartnerEvents|LogEvents|MetricData|TelemetryRecords|TraceSegments|Session|ItemEvents|Feedback)$/,
    effect: 'unsafe',
  },
  // DynamoDB may be told to add to a number.
  { names: /^(UpdateItem|TransactWriteItems|ExecuteTransaction)$/, effect: 'unsafe' },
  // Cryptography changes nothing, whatever its name.
  { names: /^(Encrypt|Decrypt|ReEncrypt|Sign|Verify|GenerateMac|VerifyMac|GenerateRandom)$/, effect: 'read' },
  { names: /^GenerateDataKey(Pair)?(WithoutPlaintext)?$/, effect: 'read' },
];

const byName: readonly { readonly names: RegExp; readonly effect: Effect }[] = [
  {
    names: /^(Get|List|Describe|Head|Query$|Scan$|BatchGet|TransactGet|Lookup|Search|Select)/,
    effect: 'read',
  },
  { names: /^(Put|Delete|Tag|Untag|BatchDelete)/, effect: 'idempotent' },
];

/** What is known of a command. */
export interface CommandEffect {
  readonly effect: Effect;
  /** The member of its input that carries the idempotency key, of a `keyed` one. */
  readonly tokenMember?: string | undefined;
}

type CommandClass = abstract new (...args: never) => unknown;

const known = new WeakMap<CommandClass, CommandEffect>();

/** Tells what repeating `command` does; see the head of this file. */
export function effectOf(command: SdkCommand): CommandEffect {
  const made = command.constructor as CommandClass;
  let effect = known.get(made);
  if (effect === undefined) {
    effect = find(nameOf(command), (command as { readonly schema?: unknown }).schema);
    known.set(made, effect);
  }
  return effect;
}

/** `PutItem` of a `PutItemCommand`: the SDK's schema has it, else the class. */
function nameOf(command: SdkCommand): string {
  const { schema } = command as { readonly schema?: unknown };
  const name: unknown = Array.isArray(schema) ? schema[2] : undefined;
  return typeof name === 'string' ? name : command.constructor.name.replace(/Command$/, '');
}

function find(name: string, schema: unknown): CommandEffect {
  const isMeant = ({ names }: { readonly names: RegExp }) => names.test(name);
  const tokenMember = tokenMemberOf(schema);
  const exception = exceptions.find(isMeant);
  if (tokenMember !== undefined) return { effect: 'keyed', tokenMember };
  if (exception !== undefined) return { effect: exception.effect };
  return { effect: byMethod(schema) ?? byName.find(isMeant)?.effect ?? 'unsafe' };
}

/**
 * Schemas of the SDK are arrays: an operation is `[9, namespace, name, traits, input, output]`, a structure
 * `[3, namespace, name, traits, names, members]`, a member `[schema, traits]`; traits are bits or an object.
 */
function tokenMemberOf(schema: unknown): string | undefined {
  const input: unknown = Array.isArray(schema) ? unwrapped(schema[4]) : undefined;
  if (!Array.isArray(input) || !Array.isArray(input[4]) || !Array.isArray(input[5])) return undefined;
  const members: readonly unknown[] = input[5];
  const index = members.findIndex((member) => Array.isArray(member) && isToken(member[1]));
  const name: unknown = index < 0 ? undefined : input[4][index];
  return typeof name === 'string' ? name : undefined;
}

function unwrapped(schema: unknown): unknown {
  return typeof schema === 'function' ? (schema as () => unknown)() : schema;
}

const tokenBit = 4;

function isToken(traits: unknown): boolean {
  if (typeof traits === 'number') return (traits & tokenBit) !== 0;
  return typeof traits === 'object' && traits !== null && 'idempotencyToken' in traits;
}

const methods: Readonly<Record<string, Effect>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'idempotent',
  DELETE: 'idempotent',
};

function byMethod(schema: unknown): Effect | undefined {
  const traits: unknown = Array.isArray(schema) ? schema[3] : undefined;
  const http: unknown =
    typeof traits === 'object' && traits !== null && 'http' in traits ? traits.http : undefined;
  return Array.isArray(http) ? methods[String(http[0])] : undefined;
}
