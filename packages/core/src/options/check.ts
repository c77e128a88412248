/** Checks a value against a schema and says every fault in our own words, without the value. */
import { z } from 'zod';
import { type AnySchema, coreOf, secretPathsOf, shapesOf } from './fields.ts';
import { isSecret } from './secret-field.ts';
import { shownList, shownName, suggest } from './suggest.ts';
import { literal, remedyOf, saysOf } from './words.ts';

/** One fault of a checked value, before anyone says in which file it stands. */
export interface OptionFault {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong, or the value at the path. */
  readonly at: 'key' | 'value';
  /** The key that is wrong, inside the mapping at `path`. */
  readonly key?: string | undefined;
  readonly says: string;
  readonly remedy: string;
}

/** What came of a check. */
export type Checked<Value> =
  | { readonly value: Value; readonly faults?: undefined }
  | { readonly faults: readonly OptionFault[] };

/**
 * Checks `raw` against `schema`: all faults at once. A key that no object of the schema knows is a fault even where
 * the schema would drop it silently; only a `looseObject` or a `catchall` lets it in.
 */
export function checkOptions<Schema extends z.core.$ZodType>(
  schema: Schema,
  raw: unknown,
): Checked<z.output<Schema>> {
  const notes: Note[] = [];
  const result = z.safeParse(schema, raw, {
    error: (issue) => `${marker}${notes.push(noteOf(issue)) - 1}`,
  });
  const dropped = droppedKeys(schema, raw, []);
  if (result.success && dropped.length === 0) return { value: result.data };
  const faults = result.success ? [] : result.error.issues.flatMap((issue) => faultsOf(issue, [], notes));
  const hidden = hiddenTexts(schema, raw);
  return { faults: [...faults, ...dropped].map((fault) => withoutValues(fault, raw, hidden)) };
}

/** Begins a message that stands for a {@link Note}; all other messages are the schema author's. */
const marker = '\u0000';

/** What is known of an issue only while it is made. */
interface Note {
  readonly says: string;
  readonly remedy: string;
  /** For unknown keys: those that would have been known. */
  readonly known: readonly string[];
}

type RawIssue = z.core.$ZodRawIssue;
type Issue = z.core.$ZodIssue;

function noteOf(issue: RawIssue): Note {
  const says = saysOf(issue);
  const schema = issue.inst as AnySchema | undefined;
  const description = schema === undefined ? undefined : coreOf(schema).description;
  const known = schema === undefined ? [] : shapesOf(schema).flatMap((shape) => Object.keys(shape));
  const missing = says === 'is missing';
  return {
    says,
    known,
    remedy: missing ? (description === undefined ? 'add it' : `add it: ${description}`) : remedyOf(issue),
  };
}

/** An issue of zod as faults: unknown keys one by one, a union as the form that was probably meant. */
function faultsOf(
  issue: Issue,
  base: readonly PropertyKey[],
  notes: readonly Note[],
): readonly OptionFault[] {
  const path = [...base, ...issue.path];
  const note = issue.message.startsWith(marker)
    ? notes[Number(issue.message.slice(marker.length))]
    : undefined;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], note?.known ?? []));
  if (issue.code === 'invalid_union' && note?.says !== 'is missing')
    return unionFaults(issue, path, notes, note);
  if (note !== undefined) return [{ path, at: 'value', says: note.says, remedy: note.remedy }];
  const missing = issue.message === 'is missing';
  return [{ path, at: 'value', says: issue.message, remedy: missing ? 'add it' : 'correct it' }];
}

/** The fault of a key that nobody knows. */
export function unknownKey(path: readonly PropertyKey[], known: readonly string[]): OptionFault {
  const name = String(path.at(-1));
  const meant = suggest(name, known);
  const remedy =
    meant !== undefined
      ? `did you mean ${meant}?`
      : known.length === 0
        ? 'remove it'
        : `remove it, known are ${shownList(known)}`;
  return {
    path: path.slice(0, -1),
    at: 'key',
    says: `has the unknown key ${shownName(name)}`,
    remedy,
    key: name,
  };
}

function unionFaults(
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
  notes: readonly Note[],
  note: Note | undefined,
): readonly OptionFault[] {
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  if (issue.errors.length === 0) {
    const remedy = options.length > 0 ? `use one of ${shownList(options.map(literal))}` : 'correct it';
    return [{ path, at: 'value', says: note?.says ?? issue.message, remedy }];
  }
  const forms = issue.errors.map((issues) => issues.flatMap((inner) => faultsOf(inner, path, notes)));
  // A form is meant when what was given is at least of its type: its faults then lie deeper.
  const meant = forms
    .filter((faults) => faults.every((fault) => fault.path.length > path.length || fault.at === 'key'))
    .sort((one, other) => one.length - other.length)[0];
  if (meant !== undefined) return meant;
  const says = [...new Set(forms.flat().map((fault) => fault.says))];
  return [{ path, at: 'value', says: says.join(', or '), remedy: 'correct it' }];
}

/** Keys that the schema would drop without a word. */
function droppedKeys(
  schema: z.core.$ZodType,
  raw: unknown,
  path: readonly PropertyKey[],
): readonly OptionFault[] {
  const definition = coreOf(schema).schema._zod.def;
  if (definition.type === 'union') {
    const form = definition.options.find((option) => z.safeParse(option, raw).success);
    return form === undefined ? [] : droppedKeys(form, raw, path);
  }
  if (definition.type === 'array' && Array.isArray(raw)) {
    return raw.flatMap((item, index) => droppedKeys(definition.element, item, [...path, index]));
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || isSecret(raw)) return [];
  if (definition.type === 'record') {
    return Object.entries(raw).flatMap(([key, item]) =>
      droppedKeys(definition.valueType, item, [...path, key]),
    );
  }
  if (definition.type !== 'object') return [];
  const known = Object.keys(definition.shape);
  return Object.entries(raw).flatMap(([key, item]) => {
    const field = Object.hasOwn(definition.shape, key) ? definition.shape[key] : undefined;
    if (field !== undefined) return droppedKeys(field, item, [...path, key]);
    return definition.catchall === undefined ? [unknownKey([...path, key], known)] : [];
  });
}

/** Texts among the input that no message may hold: everything at a secret's path. */
function hiddenTexts(schema: z.core.$ZodType, raw: unknown): readonly string[] {
  return secretPathsOf(schema).flatMap((path) => path.reduce<unknown[]>(step, [raw]).flatMap(textsOf));
}

function step(values: readonly unknown[], part: string): unknown[] {
  return values.flatMap((value) => {
    if (typeof value !== 'object' || value === null) return [];
    if (part === '*') return Object.values(value);
    return Object.hasOwn(value, part) ? [(value as Readonly<Record<string, unknown>>)[part]] : [];
  });
}

function textsOf(value: unknown): readonly string[] {
  if (isSecret(value)) return [value.reveal()];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsOf);
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}

/** A schema's author may have put the value into a message of their own: it is taken out again. */
function withoutValues(fault: OptionFault, raw: unknown, hidden: readonly string[]): OptionFault {
  const own = fault.path.reduce<unknown[]>((values, part) => step(values, String(part)), [raw]);
  const texts = [...hidden, ...own.filter((value) => typeof value !== 'object').flatMap(textsOf)];
  const clean = (text: string) =>
    texts
      .filter((value) => value.length >= 4)
      .reduce((left, value) => left.replaceAll(value, '[redacted]'), text);
  return fault.at === 'key' ? fault : { ...fault, says: clean(fault.says) };
}
