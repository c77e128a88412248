/** Keys of a folder tree in the order of their UTF-8 bytes, from anywhere on, without reading what is not wanted. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type NamedEntry, readName } from './names.ts';
import { isSystemError } from './system-errors.ts';

/** Which keys to give: those with the prefix that come after `after`; `skip` names a prefix that is not wanted any more. */
export interface Walk {
  readonly prefix: Buffer;
  readonly after: Buffer | undefined;
  readonly skip: () => Buffer | undefined;
}

/** All keys below `root` that are wanted, in order. One folder at a time is in memory, and its parents. */
export async function* walk(root: string, wanted: Walk): AsyncGenerator<string, void, undefined> {
  for await (const bytes of visit(root, Buffer.alloc(0), wanted)) yield bytes.toString();
}

async function* visit(folder: string, before: Buffer, wanted: Walk): AsyncGenerator<Buffer, void, undefined> {
  for (const entry of await sortedEntries(folder)) {
    const bytes = Buffer.concat([before, entry.bytes]);
    const isWanted = entry.kind === 'object' ? wantsKey(bytes, wanted) : wantsBelow(bytes, wanted);
    if (!isWanted) continue;
    if (entry.kind === 'object') yield bytes;
    else yield* visit(join(folder, entry.name), bytes, wanted);
  }
}

async function sortedEntries(folder: string): Promise<NamedEntry[]> {
  try {
    const names = await readdir(folder);
    return names.flatMap((name) => readName(name) ?? []).sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  } catch (error) {
    // Deleted since its name was read.
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return (
    bytes.byteLength >= start.byteLength &&
    bytes.compare(start, 0, start.byteLength, 0, start.byteLength) === 0
  );
}

function wantsKey(key: Buffer, { prefix, after }: Walk): boolean {
  return startsWith(key, prefix) && (after === undefined || Buffer.compare(key, after) > 0);
}

/** Whether a key that begins so may be wanted. */
function wantsBelow(start: Buffer, { prefix, after, skip }: Walk): boolean {
  const told = skip();
  if (told !== undefined && startsWith(start, told)) return false;
  if (!startsWith(start, prefix) && !startsWith(prefix, start)) return false;
  return after === undefined || Buffer.compare(start, after) > 0 || startsWith(after, start);
}
