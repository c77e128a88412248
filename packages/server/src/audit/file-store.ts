/**
 * Lines in a file, and heads in a second one beside it, `<file>.head`: the one that holds, and the one that is to hold next.
 *
 * 1. The next head is noted, and synced. 2. The lines are written behind those that are there, and synced. 3. The next head is noted
 * as the one that holds. Whoever is killed in between leaves lines that end at one of the two.
 *
 * When one of these fails, as on a full disk, the file is cut back to where it was, and nothing more is taken before that has
 * succeeded. A part of a line at the end, left by a process that was killed while writing, is cut off when
 * the file is opened: nobody was told that it was kept.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Head, noEntry } from './chain.ts';
import type { AuditStore } from './store.ts';

/** What is needed of an open file. */
type Writable = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'readFile' | 'read' | 'stat' | 'close'>;

/** Opens a file for reading and writing, and makes it where it is missing. */
export type OpenFile = (path: string) => Promise<Writable>;

/** Readable by nobody else. */
const openPrivate: OpenFile = (path) => open(path, constants.O_RDWR | constants.O_CREAT, 0o600);

/** Opens the file. @throws the system's error when it cannot be had */
export async function fileAuditStore(path: string, openFile: OpenFile = openPrivate): Promise<AuditStore> {
  const [file, headFile] = await Promise.all([openFile(path), openFile(`${path}.head`)]);
  let ends = readHeads(await headFile.readFile('utf8'));
  let size = await wholeLines(file);
  /** Whether something stands behind the lines that are kept, or heads are noted that are not. */
  let isTorn = false;

  const mend = async (): Promise<void> => {
    const [held = noEntry] = ends;
    await file.truncate(size);
    await file.datasync();
    await write(headFile, headText(held, held), 0);
    isTorn = false;
  };

  return {
    get ends() {
      return ends;
    },
    append: async (lines, head) => {
      if (isTorn) await mend();
      const [held = noEntry] = ends;
      const text = Buffer.from(`${lines.join('\n')}\n`);
      try {
        await write(headFile, headText(held, head), 0);
        await headFile.datasync();
        await write(file, text, size);
        await file.datasync();
        // Not synced: it is the same place as before, and says less than what is synced already.
        await write(headFile, headText(head, head), 0);
        size += text.length;
        ends = [head];
      } catch (error) {
        isTorn = true;
        // What cannot be mended now is before the next lines; only then does its failure matter.
        await mend().catch(() => undefined);
        throw error;
      }
    },
    hasMore: async () => (await file.stat()).size > size,
    async *read(from = 1) {
      let at = 1;
      for await (const line of linesOf(file, size)) {
        if (at >= from) yield line;
        at += 1;
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([file.close(), headFile.close()]);
    },
  };
}

async function write(to: Writable, bytes: Buffer, at: number): Promise<void> {
  for (let from = 0; from < bytes.length; )
    from += (await to.write(bytes, from, bytes.length - from, at + from)).bytesWritten;
}

/** Always as long, so that it is overwritten in place. */
function headText(...heads: readonly [held: Head, next: Head]): Buffer {
  const lines = heads.map(({ seq, hash }) => `${String(seq).padStart(15, '0')} ${hash}\n`);
  return Buffer.from(lines.join(''));
}

/** Where nothing was noted, there is nothing to end at. */
function readHeads(text: string): readonly Head[] {
  const heads = [...text.matchAll(/^(\d{15}) ([0-9a-f]{64})$/gm)].map(([, seq, hash = '']) => ({
    seq: Number(seq),
    hash,
  }));
  return heads.length === 0 ? [noEntry] : heads;
}

/** Bytes of the lines that are whole; what is behind them is cut off. */
async function wholeLines(file: Writable): Promise<number> {
  const { size } = await file.stat();
  const piece = Buffer.alloc(65_536);
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - piece.length);
    const { bytesRead } = await file.read(piece, 0, end - begin, begin);
    const at = piece.subarray(0, bytesRead).lastIndexOf(10);
    if (at >= 0) {
      if (begin + at + 1 < size) await file.truncate(begin + at + 1);
      return begin + at + 1;
    }
    end = begin;
  }
  if (size > 0) await file.truncate(0);
  return 0;
}

async function* linesOf(file: Writable, size: number): AsyncIterable<string> {
  const piece = Buffer.alloc(65_536);
  let rest: Buffer[] = [];
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, size - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    let from = 0;
    const read = piece.subarray(0, bytesRead);
    for (let end = read.indexOf(10); end >= 0; end = read.indexOf(10, from)) {
      yield Buffer.concat([...rest, read.subarray(from, end)]).toString();
      rest = [];
      from = end + 1;
    }
    rest.push(Buffer.from(read.subarray(from)));
  }
}
