import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder that is gone when it is disposed. */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** Writes files, text or data to be written as JSON, by their path within the folder. */
  write(files: Readonly<Record<string, unknown>>): void;
}

/** Makes an empty folder for a test, or for the work of a tool. */
export function temporaryFolder(files: Readonly<Record<string, unknown>> = {}): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'im-'));
  const folder: TemporaryFolder = {
    path,
    write(more) {
      for (const [name, content] of Object.entries(more)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(
          join(path, name),
          typeof content === 'string' ? content : JSON.stringify(content, null, 2),
        );
      }
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
  folder.write(files);
  return folder;
}
