/**
 * Keeps translations in step. Under each heading of a translation stands which English section it renders, and the
 * hash of that section as it was then:
 *
 *     ## Deux commandes
 *     <!-- of two-commands 3f2a91c0 -->
 *
 * So a section that is new, gone, moved or changed in English is reported until somebody has looked at its translation
 * and run `npm run docs -- --stamp`. Code must be the same but for its comments; drawings and texts are free. Generated
 * parts (`<!-- packages --> … <!-- /packages -->`) belong to the English text alone and do not count.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../lib/fault.ts';
import { type Block, type Section, sectionsOf } from './markdown.ts';

/** Translations by the text that they render. */
export const translations: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['README.fr.md', 'README.de.md'],
};

const stampForm = /^<!-- of (\S+)(?: ([\da-f]{8}))? -->$/m;

/** Faults of every translation of {@link translations}. */
export function checkTranslations(root: string): readonly Fault[] {
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  return Object.entries(translations).flatMap(([original, files]) =>
    files.flatMap((file) => compare(original, read(original), file, read(file))),
  );
}

/** What is not in step between a text and its translation. */
export function compare(
  originalName: string,
  original: string,
  translationName: string,
  translation: string,
): readonly Fault[] {
  const faults: Fault[] = [];
  const say = (line: number, says: string) => void faults.push({ place: `${translationName}:${line}`, says });
  const sources = sectionsOf(original);
  const rendered = sectionsOf(translation).map((section) => ({ section, stamp: stampOf(section) }));
  for (const { section, stamp } of rendered) {
    const source = sources.find(({ slug }) => slug === stamp?.slug);
    if (stamp === undefined)
      say(section.line, `"${section.title}" does not say what it renders: <!-- of … -->`);
    else if (source === undefined) say(section.line, `${originalName} has no section ${stamp.slug} any more`);
    else {
      if (stamp.hash !== hashOf(source))
        say(
          section.line,
          `"${source.title}" (${originalName}:${source.line}) has changed; translate it, then stamp`,
        );
      if (source.level !== section.level)
        say(section.line, `the heading is of level ${section.level}, in ${originalName} of ${source.level}`);
      for (const [line, says] of blockFaults(source, section)) say(line, says);
    }
  }
  const order = rendered.flatMap(({ stamp }) => stamp?.slug ?? []);
  for (const { slug, title, line } of sources)
    if (!order.includes(slug)) say(1, `"${title}" (${originalName}:${line}) is missing`);
  const expected = sources.map(({ slug }) => slug).filter((slug) => order.includes(slug));
  const known = order.filter((slug) => expected.includes(slug));
  if (known.join() !== expected.join()) say(1, `sections stand in another order than in ${originalName}`);
  return faults;
}

/** The translation with the hashes of the text as it is now, for when it has been brought up to date. */
export function stamped(original: string, translation: string): string {
  const hashes = new Map(sectionsOf(original).map((section) => [section.slug, hashOf(section)]));
  return translation.replaceAll(new RegExp(stampForm, 'gm'), (whole, slug: string) => {
    const hash = hashes.get(slug);
    return hash === undefined ? whole : `<!-- of ${slug} ${hash} -->`;
  });
}

function stampOf({
  body,
}: Section): { readonly slug: string; readonly hash: string | undefined } | undefined {
  const [, slug, hash] = stampForm.exec(body) ?? [];
  return slug === undefined ? undefined : { slug, hash };
}

/** Eight hexadecimal digits of heading and text, whatever the white space. */
function hashOf({ title, body }: Section): string {
  const own = body.replaceAll(/<!-- (\w+) -->[\s\S]*<!-- \/\1 -->/g, '');
  const text = `${title}\n${own}`.replaceAll(/\s+/g, ' ').trim();
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function blockFaults(source: Section, section: Section): readonly (readonly [number, string])[] {
  if (source.blocks.length !== section.blocks.length)
    return [[section.line, `${section.blocks.length} blocks of code instead of ${source.blocks.length}`]];
  return source.blocks.flatMap((block, index) => {
    const other = section.blocks[index] as Block;
    return block.language === other.language && codeOf(block) === codeOf(other)
      ? []
      : [[other.line, `the code differs from the one at line ${block.line} in more than comments`] as const];
  });
}

/** Comments by language; of a block without one, such as a drawing, nothing is compared. */
const comments: Readonly<Record<string, RegExp>> = {
  '': /[\s\S]+/g,
  ts: /(?<=^|\s)\/\/.*$/gm,
  sh: /(?<=^|\s)#.*$/gm,
  yaml: /(?<=^|\s)#.*$/gm,
};

function codeOf({ language, code }: Block): string {
  const comment = comments[language];
  return (comment === undefined ? code : code.replaceAll(comment, '')).replaceAll(/[ \t]+$/gm, '');
}
