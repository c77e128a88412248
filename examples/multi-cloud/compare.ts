/** The last word: every file of the folder against every byte of every cloud, without asking any of the code that put it there. */
import { createHash } from 'node:crypto';
import { digestOf, type LocalFile } from './files.ts';

/** As much of a store as is needed. */
export interface ReadableStore {
  get(key: string): Promise<{ stream(): ReadableStream<Uint8Array> }>;
  list(): AsyncIterable<{ readonly key: string }>;
}

/** What is wrong in one store, one line each; empty when every byte is where it belongs. */
export async function compareStore(
  name: string,
  store: ReadableStore,
  files: readonly LocalFile[],
  digests: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const listed = new Set<string>();
  for await (const { key } of store.list()) listed.add(key);
  for (const { key } of files) {
    if (!listed.delete(key)) problems.push(`${name}: ${key} is missing`);
    else if ((await digestIn(store, key)) !== digests.get(key))
      problems.push(`${name}: ${key} has other bytes`);
  }
  return [...problems, ...[...listed].map((key) => `${name}: ${key} does not belong there`)];
}

/** SHA-256 of each file, as it is now. */
export async function digestsOf(files: readonly LocalFile[]): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const { key, path } of files) digests.set(key, await digestOf(path));
  return digests;
}

async function digestIn(store: ReadableStore, key: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of (await store.get(key)).stream()) hash.update(piece);
  return hash.digest('hex');
}
