/**
 * State in a file, for the few things that a hub without a server of its own must keep, such as API keys.
 *
 * The file is a journal: each write is a line of JSON behind the others, and what counts is the last line of a key. Before it is asked
 * anything, what was written meanwhile is read, so that a key that a command adds is known to the hub that runs. Meant for one
 * writer at a time.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { IntegrationError, memoryState, type StateStore } from '@im/core';

/** Opens the file and makes it where it is missing, readable by nobody else. @throws the system's error */
export async function fileState(path: string): Promise<StateStore> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
  const known = memoryState();
  let readTo = 0;
  let last: Promise<unknown> = Promise.resolve();

  const catchUp = async (): Promise<void> => {
    const { size } = await file.stat();
    if (size <= readTo) return;
    const text = (await readFrom(file, readTo, size)).toString();
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n')) {
      if (line === '') continue;
      const { key, value } = readLine(line, path);
      if (value === null) await known.delete(key);
      else await known.set(key, value);
    }
    readTo += Buffer.byteLength(whole);
  };
  /** One after another: what is written counts before the next is asked. */
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const run = last.then(catchUp).then(work);
    last = run.catch(() => undefined);
    return run;
  };
  const keep = async (key: string, value: string | null): Promise<void> => {
    const line = Buffer.from(`${JSON.stringify({ key, value })}\n`);
    await file.appendFile(line);
    await file.datasync();
    readTo += line.length;
  };

  return {
    get: (key) => inTurn(() => known.get(key)),
    set: (key, value) =>
      inTurn(async () => {
        await keep(key, value);
        return known.set(key, value);
      }),
    compareAndSet: (key, version, value) =>
      inTurn(async () => {
        if ((await known.get(key))?.version !== version) return undefined;
        await keep(key, value);
        return known.set(key, value);
      }),
    delete: (key, version) =>
      inTurn(async () => {
        const found = await known.get(key);
        if (found === undefined || (version !== undefined && found.version !== version)) return false;
        await keep(key, null);
        return known.delete(key);
      }),
    increment: (key, by = 1) =>
      inTurn(async () => {
        const sum = Number((await known.get(key))?.value ?? 0) + by;
        await keep(key, String(sum));
        await known.set(key, String(sum));
        return sum;
      }),
    [Symbol.asyncDispose]: async () => {
      await last;
      await file.close();
    },
  };
}

async function readFrom(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

function readLine(line: string, path: string): { readonly key: string; readonly value: string | null } {
  try {
    return JSON.parse(line) as { key: string; value: string | null };
  } catch {
    throw new IntegrationError(`${path} holds a line that is none of a hub's`, {
      code: 'failed_precondition',
      remedy: 'name another file, or take the line out',
    });
  }
}
