/** Where each value of a configuration comes from, for people who wonder why it is what it is. */
import { type FaultPlace, faultPath } from '../configuration-error.ts';
import type { AnyDefinition } from '../integration.ts';
import { optionTable } from '../options/describe.ts';
import { coerceAt } from '../options/environment.ts';
import { secretPathsOf } from '../options/fields.ts';
import { isSecret } from '../options/secret-field.ts';
import type { EnvironmentVariables } from '../options.ts';
import { resilienceOptions } from '../resilience/options.ts';
import { redacted, Secret } from '../secret.ts';
import type { FoundDefinition } from './definitions.ts';
import type { PlannedIntegration } from './integrations.ts';
import type { EffectiveTenant } from './layers.ts';
import { type Part, parseReferences } from './references.ts';
import { type Resolver, resolve, secretsIn } from './resolve.ts';
import { childOf, type SourceNode, type SourceScalar, toPlain } from './source.ts';

/** One value that holds. Shows no secret. */
export interface ExplainedValue {
  /** `tenants.acme.integrations.spotify_main.options.market`. */
  readonly path: string;
  /** As the provider gets it; a secret as `[redacted]`. Absent: it cannot be had now, and `says` tells why. */
  readonly value?: unknown;
  readonly secret: boolean;
  /** `provider`: what its definition sets beside its options; `default`: of an option that nobody set. */
  readonly from: 'file' | 'environment' | 'secret store' | 'provider' | 'default';
  /** Where it is written; `variable` is what it was taken from. */
  readonly place?: FaultPlace | undefined;
  /** Why there is no value. */
  readonly says?: string | undefined;
}

/** What values are explained with. */
export interface ExplainContext {
  readonly file: string;
  readonly env: EnvironmentVariables;
  readonly found: ReadonlyMap<string, FoundDefinition>;
}

/** Explains settings and integrations of all tenants, in the order of the file. */
export function explain(
  tenants: readonly EffectiveTenant[],
  planned: readonly PlannedIntegration[],
  context: ExplainContext,
): readonly ExplainedValue[] {
  return tenants.flatMap((tenant) => [
    ...written(childOf(tenant.node, 'settings'), [...tenant.path, 'settings'], context, {}),
    ...planned.filter((one) => one.tenant === tenant).flatMap((one) => explainOne(one, context)),
  ]);
}

function explainOne(one: PlannedIntegration, context: ExplainContext): readonly ExplainedValue[] {
  const base = [...one.tenant.path, 'integrations', one.name];
  const found = one.use === undefined ? undefined : context.found.get(one.use);
  const definition = found !== undefined && 'definition' in found ? found.definition : undefined;
  const part = (key: string, schema?: AnyDefinition['options']) =>
    written(childOf(one.node, key), [...base, key], context, { schema });
  const heads = ['use', 'required', 'enabled'].flatMap((key) => part(key));
  const options = part('options', definition?.options);
  const resilience = part('resilience', resilienceOptions);
  const left = definition === undefined ? [] : unwritten(definition, base, [...options, ...resilience]);
  return [...heads, ...options, ...resilience, ...left];
}

/** What is written below `node`, leaf by leaf. */
function written(
  node: SourceNode | undefined,
  base: readonly string[],
  context: ExplainContext,
  { schema }: { readonly schema?: AnyDefinition['options'] | undefined },
): readonly ExplainedValue[] {
  if (node === undefined) return [];
  const secrets = schema === undefined ? [] : secretPathsOf(schema);
  const values: ExplainedValue[] = [];
  toPlain(node, (scalar, path) => {
    const isCredential = secrets.some((one) => matches(one, path));
    values.push({
      path: faultPath([...base, ...path]),
      ...explainScalar(scalar, context, isCredential, schema, path),
    });
    return undefined;
  });
  return values;
}

function explainScalar(
  scalar: SourceScalar,
  { file, env }: ExplainContext,
  isCredential: boolean,
  schema: AnyDefinition['options'] | undefined,
  path: readonly PropertyKey[],
): Omit<ExplainedValue, 'path'> {
  const parts = typeof scalar.value === 'string' ? parseReferences(scalar.value) : [];
  const variable = parts.flatMap((part) => (isTaken(part, env) ? [part.name] : [])).join(', ');
  const stored = secretsIn(scalar);
  const from = stored.length > 0 ? 'secret store' : variable !== '' ? 'environment' : 'file';
  const place = { file, ...scalar.place, ...(variable === '' ? {} : { variable }) };
  const resolver: Resolver = {
    env,
    secrets: new Map(stored.map((one) => [one, { secret: new Secret('-') }])),
  };
  const { value, texts, faults } = resolve(scalar, resolver);
  const secret = isCredential || isSecret(value);
  const [fault] = faults;
  if (fault !== undefined)
    return {
      secret,
      from,
      place: { ...place, ...fault.at, ...(fault.variable === undefined ? {} : { variable: fault.variable }) },
      says: fault.says,
    };
  if (secret) return { value: redacted, secret, from, place };
  const typed = texts.length > 0 && schema !== undefined ? coerceAt(schema, path, String(value)) : value;
  return { value: typed, secret, from, place };
}

/** Whether a variable is set, so that the value comes from there. */
function isTaken(part: Part, env: EnvironmentVariables): part is Part & { readonly kind: 'env' } {
  return part.kind === 'env' && Object.hasOwn(env, part.name) && (env[part.name] ?? '') !== '';
}

/** Defaults of options, and what the provider sets, where the file is silent. */
function unwritten(
  definition: AnyDefinition,
  base: readonly string[],
  written: readonly ExplainedValue[],
): readonly ExplainedValue[] {
  const isWritten = (path: string) =>
    written.some(
      (one) => one.path === path || one.path.startsWith(`${path}.`) || one.path.startsWith(`${path}[`),
    );
  const defaults = optionTable(definition.options).flatMap((row): readonly ExplainedValue[] => {
    const path = faultPath([...base, 'options', ...row.name.split('.')]);
    if (row.default === undefined || isWritten(path)) return [];
    return [{ path, value: JSON.parse(row.default), secret: row.secret, from: 'default' }];
  });
  const own = leaves(definition.resilience ?? {}, [...base, 'resilience'])
    .filter(({ path }) => !isWritten(path))
    .map((leaf): ExplainedValue => ({ ...leaf, secret: false, from: 'provider' }));
  return [...defaults, ...own];
}

function leaves(
  value: unknown,
  path: readonly string[],
): readonly { readonly path: string; readonly value: unknown }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ path: faultPath(path), value }];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function matches(pattern: readonly string[], path: readonly PropertyKey[]): boolean {
  return (
    pattern.length <= path.length &&
    pattern.every((part, index) => part === '*' || part === String(path[index]))
  );
}
