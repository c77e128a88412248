/** Relative links in Markdown: the file is there, and so is the heading. Addresses of the web are left alone. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Fault } from '../lib/fault.ts';
import { anchorsOf, linksOf } from './markdown.ts';

/** Links of `files` (from `root`) that lead nowhere. */
export function checkLinks(root: string, files: readonly string[]): readonly Fault[] {
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsIn = (file: string) => {
    const known = anchors.get(file) ?? anchorsOf(read(file));
    anchors.set(file, known);
    return known;
  };
  return files.flatMap((file) =>
    linksOf(read(file)).flatMap(({ line, target }) => {
      const says = faultOf(file, target);
      return says === undefined ? [] : [{ place: `${file}:${line}`, says }];
    }),
  );

  function faultOf(file: string, target: string): string | undefined {
    if (/^([a-z][a-z\d+.-]*:|\/\/)/i.test(target)) return undefined;
    const [path = '', anchor] = target.split('#').map(decoded);
    const there = path === '' ? file : normalize(join(dirname(file), path));
    if (there.startsWith('..')) return `${target} leads out of the repository`;
    if (!existsSync(join(root, there))) return `${target}: there is no ${there}`;
    if (anchor === undefined || anchor === '' || !there.endsWith('.md')) return undefined;
    return anchorsIn(there).has(anchor) ? undefined : `${target}: ${there} has no heading of that name`;
  }
}

/** Pages below the folder of `index` that it does not link to, so that nobody finds them. */
export function checkIndex(root: string, index: string, files: readonly string[]): readonly Fault[] {
  const folder = dirname(index);
  const linked = linksOf(readFileSync(join(root, index), 'utf8')).map(({ target }) =>
    normalize(join(folder, target.split('#')[0] ?? '')),
  );
  return files
    .filter((file) => file !== index && file.startsWith(`${folder}/`) && !linked.includes(file))
    .map((place) => ({ place, says: `${index} does not link to it` }));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
