/** Where a run writes down how far it has come, so that another goes on there. */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { IntegrationError, type StateStore } from '@im/core';
import { isSystemError } from '../filesystem/system-errors.ts';
import type { UploadState } from '../upload.types.ts';
import type { WalkStart } from './walk-pairs.ts';

/** What is written down. Plain JSON; no secret. */
export interface MigrationState {
  readonly version: 1;
  readonly from: string;
  readonly to: string;
  readonly prefix: string;
  /** All keys up to here are done. */
  readonly place: WalkStart;
  /** Keys behind it that are done as well. */
  readonly ahead: readonly string[];
  /** Large objects under way, with the etag that the source had. */
  readonly uploads: readonly { readonly etag: string; readonly state: UploadState }[];
  readonly counts: {
    readonly copied: number;
    readonly skipped: number;
    readonly deleted: number;
    readonly extra: number;
    readonly bytes: number;
  };
  /** Keys that failed; they are tried again by the next run. */
  readonly failed: readonly string[];
}

/** Keeps one state. Give each migration one of its own. */
export interface Checkpoint {
  load(): Promise<MigrationState | undefined>;
  /** Called by one run, one call at a time. What is kept is the new state, whole, or the one before it. */
  save(state: MigrationState): Promise<void>;
  /** Resolves when none is kept. */
  clear(): Promise<void>;
}

/** Keeps it in a file, which is replaced whole. */
export function fileCheckpoint(path: string): Checkpoint {
  return {
    async load() {
      try {
        return parse(await readFile(path, 'utf8'), path);
      } catch (error) {
        if (isSystemError(error, 'ENOENT')) return undefined;
        throw error;
      }
    },
    async save(state) {
      const temporary = `${path}.${process.pid}-${randomUUID()}`;
      try {
        const file = await open(temporary, 'wx');
        try {
          await file.writeFile(JSON.stringify(state));
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, path);
      } finally {
        await rm(temporary, { force: true });
      }
    },
    clear: () => rm(path, { force: true }),
  };
}

/** Keeps it as a value of a state store. */
export function stateCheckpoint(state: StateStore, key: string): Checkpoint {
  return {
    async load() {
      const found = await state.get(key);
      return found && parse(found.value, key);
    },
    save: async (value) => void (await state.set(key, JSON.stringify(value))),
    clear: async () => void (await state.delete(key)),
  };
}

function parse(text: string, where: string): MigrationState {
  const wrong = (cause?: unknown) =>
    new IntegrationError(
      `what is kept at ${where} is no state of a migration`,
      {
        code: 'invalid_argument',
        provider: 'storage',
        operation: 'migrate',
        remedy: 'name another place, or remove it',
      },
      { cause },
    );
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw wrong(cause);
  }
  if (!isState(state)) throw wrong();
  return state;
}

/** What comes from a file is not taken for granted. */
function isState(value: unknown): value is MigrationState {
  if (typeof value !== 'object' || value === null) return false;
  const { version, place, counts, ahead, uploads, failed } = value as Partial<MigrationState>;
  const numbers = Object.values(counts ?? {});
  return (
    version === 1 &&
    typeof place === 'object' &&
    numbers.length === 5 &&
    numbers.every(Number.isSafeInteger) &&
    [ahead, uploads, failed].every(Array.isArray)
  );
}
