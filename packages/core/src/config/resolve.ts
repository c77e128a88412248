/** Puts values in place of references. Faults name the place of the reference; no value is part of them. */
import type { ConfigurationFault } from '../configuration-error.ts';
import { isIntegrationError } from '../errors.ts';
import { isSecret } from '../options/secret-field.ts';
import { Secret } from '../secret.ts';
import { hasReference, type Part, parseReferences } from './references.ts';
import {
  absent,
  type Place,
  type ScalarReader,
  type SourceNode,
  type SourceScalar,
  toPlain,
} from './source.ts';

/** Gives the secret under `path`, for `${secret:path}`. */
export type SecretReader = (
  path: string,
  options: { readonly signal: AbortSignal | undefined },
) => Promise<string | Secret> | string | Secret;

/** What references are resolved with. */
export interface Resolver {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Secrets by their path, read before; {@link readSecrets}. */
  readonly secrets: ReadonlyMap<string, SecretOutcome>;
}

/** What came of reading one secret. */
export type SecretOutcome = { readonly secret: Secret } | { readonly says: string; readonly remedy: string };

/** A fault with its path as parts, relative to the value that was resolved. */
export interface ReferenceFault extends Omit<ConfigurationFault, 'path' | 'place'> {
  readonly path: readonly PropertyKey[];
  readonly at: Place;
  readonly variable?: string | undefined;
}

/** A value without places and references. */
export interface Resolved {
  readonly value: unknown;
  /** Paths of texts that came from the environment: they take the type that the schema wants. */
  readonly texts: readonly (readonly PropertyKey[])[];
  readonly faults: readonly ReferenceFault[];
}

/** Resolves every reference below `node`. Where one cannot be, there is a fault, and the value is left out. */
export function resolve(node: SourceNode, resolver: Resolver): Resolved {
  const texts: (readonly PropertyKey[])[] = [];
  const faults: ReferenceFault[] = [];
  const read: ScalarReader = (scalar, path) => {
    if (typeof scalar.value !== 'string' || !hasReference(scalar.value)) return scalar.value;
    const parts = parseReferences(scalar.value);
    const outcome = textFrom(parts, resolver);
    for (const { part, ...fault } of outcome.faults)
      faults.push({ ...fault, path, at: placeOfPart(scalar, part) });
    if (outcome.faults.length > 0) return absent;
    if (outcome.secret) return new Secret(outcome.text);
    if (parts.some((part) => part.kind === 'env')) texts.push(path);
    return outcome.text;
  };
  return { value: toPlain(node, read), texts, faults };
}

/** Paths of all secrets that `node` refers to. */
export function secretsIn(node: SourceNode): readonly string[] {
  const paths: string[] = [];
  const collect = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (part.kind === 'secret') paths.push(part.path);
      if (part.kind === 'env') collect(part.otherwise ?? []);
    }
  };
  toPlain(node, (scalar) => {
    if (typeof scalar.value === 'string' && hasReference(scalar.value))
      collect(parseReferences(scalar.value));
    return undefined;
  });
  return paths;
}

/** How many secrets are asked for at the same time. */
const concurrency = 16;

/** Reads each secret once. @throws the signal's reason */
export async function readSecrets(
  paths: Iterable<string>,
  reader: SecretReader | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, SecretOutcome>> {
  const outcomes = new Map<string, SecretOutcome>();
  const waiting = new Set(paths).values();
  const work = async (): Promise<void> => {
    for (const path of waiting) {
      signal?.throwIfAborted();
      outcomes.set(path, await readSecret(path, reader, signal));
    }
  };
  await abortable(Promise.all(Array.from({ length: concurrency }, work)), signal);
  return outcomes;
}

async function readSecret(
  path: string,
  reader: SecretReader | undefined,
  signal: AbortSignal | undefined,
): Promise<SecretOutcome> {
  if (reader === undefined) {
    return {
      says: 'refers to a secret, and there is no secret store',
      remedy: 'give `secrets` to loadConfig',
    };
  }
  try {
    const value = await reader(path, { signal });
    const secret = isSecret(value) ? value : new Secret(value);
    if (typeof secret.reveal() === 'string' && secret.reveal() !== '') return { secret };
    return { says: `refers to the secret ${path}, which is empty`, remedy: 'put it into the secret store' };
  } catch (error) {
    signal?.throwIfAborted();
    // Only our own messages are known to hold no secret.
    const why = isIntegrationError(error)
      ? error.message
      : error instanceof Error
        ? error.name
        : 'unknown error';
    return {
      says: `refers to the secret ${path}, which could not be read (${why})`,
      remedy: 'put it into the secret store',
    };
  }
}

/** `work`, or the signal's reason as soon as it is aborted. */
export function abortable<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

interface Outcome {
  readonly text: string;
  readonly secret: boolean;
  readonly faults: readonly {
    readonly part: Part;
    readonly says: string;
    readonly remedy: string;
    readonly variable?: string;
  }[];
}

function textFrom(parts: readonly Part[], resolver: Resolver): Outcome {
  const outcomes = parts.map((part) => partValue(part, resolver));
  return {
    text: outcomes.map((outcome) => outcome.text).join(''),
    secret: outcomes.some((outcome) => outcome.secret),
    faults: outcomes.flatMap((outcome) => outcome.faults),
  };
}

function partValue(part: Part, resolver: Resolver): Outcome {
  const failed = (says: string, remedy: string, variable?: string): Outcome => ({
    text: '',
    secret: false,
    faults: [{ part, says, remedy, ...(variable === undefined ? {} : { variable }) }],
  });
  switch (part.kind) {
    case 'text':
      return { text: part.text, secret: false, faults: [] };
    case 'malformed':
      return failed(part.says, part.remedy);
    case 'env': {
      const text = Object.hasOwn(resolver.env, part.name) ? resolver.env[part.name] : undefined;
      if (text !== undefined && text !== '') return { text, secret: false, faults: [] };
      if (part.otherwise !== undefined) return textFrom(part.otherwise, resolver);
      const remedy = `set ${part.name}, or give a default: \${env:${part.name}:-…}`;
      return failed('refers to an environment variable that is not set', remedy, part.name);
    }
    case 'secret': {
      const outcome = resolver.secrets.get(part.path);
      if (outcome === undefined)
        return failed('refers to a secret where none can be', 'write the value itself');
      if ('says' in outcome) return failed(outcome.says, outcome.remedy);
      return { text: outcome.secret.reveal(), secret: true, faults: [] };
    }
  }
}

/** Where a reference stands: in the text as it was written when it is found there, else where the text begins. */
function placeOfPart({ value, written, place }: SourceScalar, part: Part): Place {
  const before =
    typeof value === 'string' && 'at' in part ? value.slice(0, part.at).split('${').length - 1 : 0;
  let offset = -1;
  for (let count = 0; count <= before; count += 1) offset = written.indexOf('${', offset + 1);
  if (offset <= 0) return place;
  const lines = written.slice(0, offset).split('\n');
  const column = (lines.at(-1)?.length ?? 0) + (lines.length === 1 ? place.column : 1);
  return { line: place.line + lines.length - 1, column };
}
