/**
 * Secrets to plant, one of each known shape: made from the rules of a secret scanner, so that they look as real ones do,
 * and match the regular expressions (of Go's syntax) by which scanners and redactions know them.
 */

/** A made-up secret. */
export interface SecretShape extends Sample {
  /** Name of the rule, `aws-access-token`. */
  readonly id: string;
}

/** What was made. */
interface Sample {
  /** All of it. */
  readonly whole: string;
  /** What the first capturing group holds: the secret itself; all of it when there is no group. */
  readonly secret: string;
}

const digits = '0123456789';
const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const word = `${lower}${upper}${digits}_`;

const escapes: Readonly<Record<string, string>> = {
  d: digits,
  w: word,
  s: ' ',
  n: '\n',
  r: '\r',
  t: '\t',
  S: word,
  W: '-',
  D: lower,
};
const classes: Readonly<Record<string, string>> = {
  alnum: lower + digits,
  alpha: lower,
  digit: digits,
  lower,
  upper,
  xdigit: '0123456789abcdef',
};

/**
 * Makes one secret for each rule of a configuration of gitleaks (https://github.com/gitleaks/gitleaks, the text of its
 * TOML file); always the same ones for the same text. A rule without a regular expression gives none.
 *
 * @throws Error for syntax of regular expressions that is not known here
 */
export function secretShapes(gitleaksToml: string): readonly SecretShape[] {
  return gitleaksToml
    .split('[[rules]]')
    .slice(1)
    .flatMap((rule) => {
      const id = /^id = "([^"]+)"/m.exec(rule)?.[1];
      const pattern = /^regex = '''(.+)'''/m.exec(rule)?.[1];
      return id === undefined || pattern === undefined ? [] : [{ id, pattern }];
    })
    .map(({ id, pattern }, index) => ({ id, ...sampleOf(pattern, index + 1) }));
}

/** Makes a sample; the same `seed` gives the same one. */
function sampleOf(pattern: string, seed: number): Sample {
  let state = seed * 2_654_435_761 + 1;
  const random = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
  const pick = (from: string): string => from[random(from.length)] ?? '';
  let at = 0;
  let secret: string | undefined;

  const escaped = (): string => {
    const character = pattern[at++] ?? '';
    if (character === 'x') {
      const code = pattern.slice(at, at + 2);
      at += 2;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    return escapes[character] ?? character;
  };
  const characterClass = (): string => {
    let members = '';
    const isNegated = pattern[at] === '^';
    if (isNegated) at += 1;
    for (let first = true; first || pattern[at] !== ']'; first = false) {
      const named = /^\[:(\w+):\]/.exec(pattern.slice(at));
      if (named !== null) {
        members += classes[named[1] ?? ''] ?? '';
        at += named[0].length;
        continue;
      }
      let from = pattern[at++] ?? '';
      if (from === '\\') from = escaped();
      if (from.length === 1 && pattern[at] === '-' && pattern[at + 1] !== ']') {
        at += 1;
        let to = pattern[at++] ?? '';
        if (to === '\\') to = escaped();
        for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code += 1)
          members += String.fromCharCode(code);
      } else members += from;
    }
    at += 1;
    return isNegated ? [...word].filter((one) => !members.includes(one)).join('') : members;
  };
  /** One thing to repeat, as a function that makes it anew each time. */
  const atom = (): (() => string) => {
    const character = pattern[at++] ?? '';
    if (character === '(') return group();
    if (character === '[') {
      const members = characterClass();
      return () => pick(members);
    }
    if (character === '.') return () => pick(word);
    if (character === '^' || character === '$') return () => '';
    if (character !== '\\') return () => character;
    if (pattern[at] === 'b' || pattern[at] === 'z' || pattern[at] === 'A') {
      at += 1;
      return () => '';
    }
    const members = escaped();
    return () => pick(members);
  };
  const group = (): (() => string) => {
    const flags = /^\?[a-z-]*(:|\)|P<\w+>)/i.exec(pattern.slice(at));
    if (flags !== null) at += flags[0].length;
    if (flags?.[1] === ')') return () => '';
    const isCapturing = flags === null || flags[1]?.startsWith('P<') === true;
    const make = alternatives();
    at += 1;
    return () => {
      const text = make();
      if (isCapturing) secret = text;
      return text;
    };
  };
  const repeated = (make: () => string): (() => string) => {
    const range = /^(?:\{(\d+)(,?)(\d*)\}|([*+?]))\??/.exec(pattern.slice(at));
    if (range === null) return make;
    at += range[0].length;
    const [, from, , , sign] = range;
    // As few as allowed, but something where nothing is needed: the shortest that still is a secret.
    const least = sign === undefined ? Number(from) : sign === '+' ? 12 : 0;
    return () => Array.from({ length: least }, make).join('');
  };
  const sequence = (): (() => string) => {
    const parts: (() => string)[] = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') parts.push(repeated(atom()));
    return () => parts.map((make) => make()).join('');
  };
  const alternatives = (): (() => string) => {
    const all = [sequence()];
    while (pattern[at] === '|') {
      at += 1;
      all.push(sequence());
    }
    return () => (all[random(all.length)] ?? all[0])?.() ?? '';
  };

  const whole = alternatives()();
  if (at < pattern.length) throw new Error(`the pattern could not be read beyond ${at}`);
  // A group that holds next to nothing is not the secret.
  return { whole, secret: secret !== undefined && secret.length >= 8 ? secret : whole };
}
