import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** One import of a file, of any kind: static, type only, re-export, dynamic, `import('x')` as a type, `require`. */
export interface Import {
  readonly specifier: string;
  /** 1 for the first line. */
  readonly line: number;
}

/** Every import of the TypeScript file `file` (from `root`). */
export function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ pos }) => !method.test(text.slice(Math.max(0, pos - 40), pos)))
    .map(({ fileName, pos }) => ({ specifier: fileName, line: lineAt(text, pos) }));
}

/** A method of that name is no import: `access.require('viewer', …)`. */
const method = /\.\s*require\s*\(\s*['"`]?$/;

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

/** The file that a relative import means, from the root; as written, since sources import with their extension. */
export function resolveRelative(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** `@im/spotify/testing` → `['@im/spotify', './testing']`; `zod` → `['zod', '.']`. */
export function splitSpecifier(specifier: string): readonly [name: string, subpath: string] {
  const parts = specifier.split('/');
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return [name, name === specifier ? '.' : `.${specifier.slice(name.length)}`];
}
