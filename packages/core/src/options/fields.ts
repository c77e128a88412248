/** Walks a zod schema and lists its fields: the one source of tables, templates, variable names and redaction. */
import { z } from 'zod';
import { isSecretSchema } from './secret-field.ts';

/** A schema of any kind, told apart by `_zod.def.type`. */
export type AnySchema = z.core.$ZodTypes;

/** What a schema is, wrappers (optional, default, pipe…) taken off. */
export interface Core {
  readonly schema: AnySchema;
  readonly secret: boolean;
  readonly required: boolean;
  readonly hasDefault: boolean;
  readonly default: unknown;
  readonly description: string | undefined;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** One field that is not itself an object of known fields. */
export interface Field extends Core {
  readonly path: readonly string[];
}

/** Takes the wrappers off `schema` and gathers what they said. The outermost word on each thing holds. */
export function coreOf(schema: z.core.$ZodType): Core {
  let [current, secret, required, hasDefault, fallback] = [
    schema as AnySchema,
    false,
    true,
    false,
    undefined as unknown,
  ];
  const metas: Record<string, unknown>[] = [];
  for (;;) {
    metas.unshift({ ...z.globalRegistry.get(current) });
    secret ||= isSecretSchema(current);
    const definition: AnySchema['_zod']['def'] = current._zod.def;
    if (definition.type === 'default' || definition.type === 'prefault') {
      if (!hasDefault) [hasDefault, fallback] = [true, definition.defaultValue];
      required = false;
    }
    if (definition.type === 'optional') required = false;
    if (definition.type === 'catch') required = false;
    const inner = innerOf(current);
    if (inner === undefined) break;
    current = inner as AnySchema;
  }
  const meta = Object.assign({}, ...metas) as Record<string, unknown>;
  const description = typeof meta.description === 'string' ? meta.description : undefined;
  return { schema: current, secret, required, hasDefault, default: fallback, description, meta };
}

/** What a wrapper wraps; `undefined` for what is no wrapper. */
function innerOf(schema: AnySchema): z.core.$ZodType | undefined {
  const definition = schema._zod.def;
  switch (definition.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'success':
    case 'catch':
    case 'readonly':
    case 'promise':
      return definition.innerType;
    case 'pipe':
      return isTransform(definition.in) ? definition.out : definition.in;
    case 'lazy':
      return definition.getter();
    default:
      return undefined;
  }
}

function isTransform(schema: z.core.$ZodType): boolean {
  return schema._zod.def.type === 'transform';
}

/** The alternatives of a schema that are objects, with their shapes; empty for all other schemas. */
export function shapesOf(schema: z.core.$ZodType): readonly Readonly<Record<string, z.core.$ZodType>>[] {
  const definition = coreOf(schema).schema._zod.def;
  switch (definition.type) {
    case 'object':
      return [definition.shape];
    case 'union':
      return definition.options.flatMap(shapesOf);
    case 'intersection':
      return shapesOf(definition.left).flatMap((left) =>
        shapesOf(definition.right).map((right) => ({ ...left, ...right })),
      );
    default:
      return [];
  }
}

/**
 * Every field by its path, objects opened up, alternatives of a union side by side: a field that not all of them need
 * is not required. Recursive schemas are followed once.
 */
export function fieldsOf(schema: z.core.$ZodType): readonly Field[] {
  const fields = new Map<string, Field>();
  collect(schema, [], { needed: true, above: [], inherited: undefined }, fields);
  return [...fields.values()];
}

/** What is known of the place of a field. */
interface Around {
  /** Whether everything around it is required. */
  readonly needed: boolean;
  /** Schemas that it is inside of. */
  readonly above: readonly z.core.$ZodType[];
  /** Its part of a default that stands further out. */
  readonly inherited: unknown;
}

function withInherited(core: Core, inherited: unknown): Core {
  return core.hasDefault || inherited === undefined
    ? core
    : { ...core, hasDefault: true, default: inherited };
}

function valueIn(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function collect(
  schema: z.core.$ZodType,
  path: readonly string[],
  { needed, above, inherited }: Around,
  fields: Map<string, Field>,
): void {
  const core = withInherited(coreOf(schema), inherited);
  const shapes = above.includes(core.schema) ? [] : shapesOf(core.schema);
  const within = needed && core.required;
  for (const shape of shapes) {
    for (const [name, field] of Object.entries(shape)) {
      const everywhere = shapes.every((other) => Object.hasOwn(other, name));
      const around = {
        needed: within && everywhere,
        above: [...above, core.schema],
        inherited: valueIn(core.default, name),
      };
      collect(field, [...path, name], around, fields);
    }
  }
  if (path.length === 0 || (shapes.length > 0 && !hasPlainAlternative(core.schema))) return;
  const key = JSON.stringify(path);
  const known = fields.get(key);
  fields.set(key, known === undefined ? { ...core, required: within, path } : merged(known, core, within));
}

/** The same field in two alternatives of a union: their schemas side by side. */
function merged(known: Field, other: Core, needed: boolean): Field {
  return {
    ...known,
    schema: z.union([known.schema, other.schema]) as unknown as AnySchema,
    secret: known.secret || other.secret,
    required: known.required && needed,
    description: bothOf(known.description, other.description),
  };
}

function bothOf(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined || one.split('; or ').includes(other)) return one ?? other;
  return `${one}; or ${other}`;
}

function hasPlainAlternative(schema: AnySchema): boolean {
  const definition = schema._zod.def;
  return definition.type === 'union' && definition.options.some((option) => shapesOf(option).length === 0);
}

/**
 * Paths of everything that {@link isSecretSchema | is secret}: `['auth', 'clientSecret']`. `*` stands for any index or
 * key.
 */
export function secretPathsOf(schema: z.core.$ZodType): readonly (readonly string[])[] {
  const paths = new Map<string, readonly string[]>();
  const visit = (at: z.core.$ZodType, path: readonly string[], above: readonly z.core.$ZodType[]): void => {
    const core = coreOf(at);
    if (core.secret) paths.set(JSON.stringify(path), path);
    if (core.secret || above.includes(core.schema)) return;
    for (const [step, child] of childrenOf(core.schema)) {
      visit(child, step === undefined ? path : [...path, step], [...above, core.schema]);
    }
  };
  visit(schema, [], []);
  return [...paths.values()];
}

/** What is directly inside a schema, with the step of the path that leads there. */
function childrenOf(schema: AnySchema): readonly (readonly [string | undefined, z.core.$ZodType])[] {
  const definition = schema._zod.def;
  switch (definition.type) {
    case 'object':
      return [
        ...Object.entries(definition.shape),
        ...(definition.catchall === undefined ? [] : [['*', definition.catchall] as const]),
      ];
    case 'array':
      return [['*', definition.element]];
    case 'record':
    case 'map':
    case 'set':
      return [['*', definition.valueType]];
    case 'tuple':
      return [...definition.items, ...(definition.rest ? [definition.rest] : [])].map(
        (item) => ['*', item] as const,
      );
    case 'union':
      return definition.options.map((option) => [undefined, option] as const);
    case 'intersection':
      return [[undefined, definition.left] as const, [undefined, definition.right] as const];
    default:
      return [];
  }
}

/** The schemas that may hold at `path`: several where a union is on the way. */
export function schemasAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly z.core.$ZodType[] {
  const [first, ...rest] = path;
  if (first === undefined) return [schema];
  const children = childrenOf(coreOf(schema).schema);
  const named = children.filter(([step]) => step === first);
  const fitting = named.length > 0 ? named : children.filter(([step]) => step === '*');
  return [
    ...fitting.flatMap(([, child]) => schemasAt(child, rest)),
    ...children.flatMap(([step, child]) => (step === undefined ? schemasAt(child, path) : [])),
  ];
}
