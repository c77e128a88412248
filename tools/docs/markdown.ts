/** The little of Markdown that the checks read: headings, links and fenced blocks, each with its line. */

/** A heading and everything up to the next one. */
export interface Section {
  /** From 1. */
  readonly line: number;
  /** 1 for `#`. */
  readonly level: number;
  readonly title: string;
  /** The anchor that GitHub gives it. */
  readonly slug: string;
  /** Text under the heading, blocks included. */
  readonly body: string;
  readonly blocks: readonly Block[];
}

/** A fenced block. */
export interface Block {
  /** Line of its fence, from 1. */
  readonly line: number;
  /** `ts`, `sh`; empty for a plain one. */
  readonly language: string;
  readonly code: string;
}

/** A link, an image, or the target of a reference. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

interface Line {
  readonly number: number;
  readonly text: string;
  /** Number of the block that the line stands in, its fences included. */
  readonly block: number | undefined;
}

/** The lines of a text, with the block that each stands in. */
function linesOf(markdown: string): readonly Line[] {
  let fence: string | undefined;
  let blocks = 0;
  return markdown.split('\n').map((text, index) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    const number = index + 1;
    if (fence === undefined) {
      if (mark === undefined) return { number, text, block: undefined };
      fence = mark;
      blocks += 1;
    } else if (mark?.startsWith(fence) && text.trim() === mark) {
      fence = undefined;
    }
    return { number, text, block: blocks };
  });
}

/** Every section, in order; what stands before the first heading belongs to none. */
export function sectionsOf(markdown: string): readonly Section[] {
  const lines = linesOf(markdown);
  const taken = new Map<string, number>();
  const heads = lines.flatMap(({ number, text, block }) => {
    const [, marks, title] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(text) ?? [];
    if (block !== undefined || marks === undefined || title === undefined) return [];
    return [{ line: number, level: marks.length, title, slug: uniqueSlug(title, taken) }];
  });
  return heads.map((head, index) => {
    const within = lines.slice(head.line, (heads[index + 1]?.line ?? lines.length + 1) - 1);
    const body = within.map(({ text }) => text).join('\n');
    return { ...head, body, blocks: blocksOf(within) };
  });
}

function blocksOf(lines: readonly Line[]): readonly Block[] {
  const byBlock = Map.groupBy(lines, ({ block }) => block);
  byBlock.delete(undefined);
  return [...byBlock.values()].map(([fence, ...rest]) => ({
    line: fence?.number ?? 0,
    language: fence?.text.trim().replace(/^[`~]+/, '') ?? '',
    code: rest
      .slice(0, -1)
      .map(({ text }) => text)
      .join('\n'),
  }));
}

/** Everything that can be linked to within a text: headings, and elements with an id. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const ids = [...markdown.matchAll(/<[^>]+\s(?:id|name)="([^"]+)"/g)].map(([, id]) => id ?? '');
  return new Set([...sectionsOf(markdown).map(({ slug }) => slug), ...ids]);
}

/** Every link outside of code. */
export function linksOf(markdown: string): readonly Link[] {
  const forms = [
    /\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g, // [text](target "title"), ![alt](target)
    /^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$/g, // [name]: target
    /\b(?:href|src)="([^"]+)"/g,
  ];
  return linesOf(markdown).flatMap(({ number, text, block }) => {
    if (block !== undefined) return [];
    const prose = text.replaceAll(/(`+).+?\1/g, '');
    return forms.flatMap((form) =>
      [...prose.matchAll(form)].map(([, target]) => ({ line: number, target: target ?? '' })),
    );
  });
}

/** The anchor that GitHub gives a heading: lower case, no marks, hyphens for spaces, a number where it stands twice. */
function uniqueSlug(title: string, taken: Map<string, number>): string {
  const words = title.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');
  const slug = words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
  const before = taken.get(slug);
  taken.set(slug, (before ?? 0) + 1);
  return before === undefined ? slug : `${slug}-${before}`;
}
