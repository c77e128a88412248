/** Options of the integration under test, and the secrets among them. */
import { Secret, secretPaths } from '@im/core';
import type { Canaries } from '../canary.ts';
import { shortestCanary } from '../canary.ts';
import type { Suite } from './suite.ts';

type Tree = Readonly<Record<string, unknown>>;

/** Options as an application would write them. */
export async function readableOptions(suite: Suite): Promise<Tree> {
  if (suite.harness.startFake === undefined) return (suite.harness.options ?? {}) as Tree;
  await using fake = await suite.harness.startFake({});
  return fake.options() as Tree;
}

/** A copy without these keys. */
export function optionsWithout(options: Tree, names: readonly string[]): Tree {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}

/** The value of each secret that is set, by its path. */
export function secretValues(suite: Suite, options: unknown): Canaries {
  const values: Record<string, string> = {};
  for (const path of secretPaths(suite.definition.options)) {
    for (const [at, value] of valuesAt(options, path, [])) values[`options.${at}`] = value;
  }
  return values;
}

/** A copy with every secret that is set replaced. */
export function withSecrets(suite: Suite, options: unknown, replace: (path: string) => string): unknown {
  const copy: unknown = structuredCloneOf(options);
  for (const path of secretPaths(suite.definition.options)) {
    for (const [at] of valuesAt(options, path, [])) setAt(copy, at.split('.'), replace(at));
  }
  return copy;
}

/** Fakes must give secrets that cannot turn up by chance: else nothing that is found proves anything. */
export function checkedCanaries(canaries: Canaries): Canaries {
  for (const [name, value] of Object.entries(canaries)) {
    if (value.length < shortestCanary) {
      throw new Error(
        `the fake's ${name} has ${value.length} characters; give it ${shortestCanary} or more, unlike any other text`,
      );
    }
  }
  return canaries;
}

function* valuesAt(
  node: unknown,
  path: readonly string[],
  at: readonly string[],
): Generator<[string, string]> {
  const [key, ...rest] = path;
  if (key === undefined) {
    const value = node instanceof Secret ? node.reveal() : node;
    if (typeof value === 'string') yield [at.join('.'), value];
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const tree = node as Tree;
  for (const name of key === '*' ? Object.keys(tree) : [key])
    yield* valuesAt(tree[name], rest, [...at, name]);
}

/** Options may hold functions and secrets, which a structured clone refuses: only plain parts are copied. */
function structuredCloneOf(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(structuredCloneOf);
  const isPlain =
    typeof node === 'object' && node !== null && Object.getPrototypeOf(node) === Object.prototype;
  return isPlain
    ? Object.fromEntries(Object.entries(node).map(([key, value]) => [key, structuredCloneOf(value)]))
    : node;
}

function setAt(node: unknown, path: readonly string[], value: string): void {
  const parent = path.slice(0, -1).reduce((each, key) => (each as Tree)[key], node) as Record<
    string,
    unknown
  >;
  parent[path.at(-1) as string] = value;
}
