/** Conventional commits as they concern packages: https://www.conventionalcommits.org/en/v1.0.0/ */

/** One commit. */
export interface Commit {
  readonly hash: string;
  readonly type: string;
  /** Short names of packages: `feat(http,core): …`. Empty: none is named. */
  readonly scopes: readonly string[];
  readonly isBreaking: boolean;
  readonly subject: string;
  /** What it changed, from the root. */
  readonly files: readonly string[];
}

/** How far a version moves. */
export type Bump = 'major' | 'minor' | 'patch';

const header = /^(?<type>[a-z]+)(?:\((?<scopes>[^)]+)\))?(?<bang>!)?: (?<subject>.+)$/;

/** Between commits, and between the parts of one, in the output of {@link logFormat}. */
const record = '\u001e';
const field = '\u001f';

/** For `git log --name-only --format=…`. */
export const logFormat = `${record}%H${field}%s${field}%b${field}`;

/** Reads the output of `git log`. A subject that is not conventional has the type `other`. */
export function readLog(text: string): readonly Commit[] {
  return text
    .split(record)
    .filter((entry) => entry.trim() !== '')
    .map((entry) => {
      const [hash = '', subject = '', body = '', files = ''] = entry.split(field);
      const { type = 'other', scopes, bang, subject: says = subject } = header.exec(subject)?.groups ?? {};
      return {
        hash,
        type,
        scopes: scopes?.split(/[, ]+/).filter(Boolean) ?? [],
        isBreaking: bang !== undefined || /^BREAKING[ -]CHANGE: /m.test(body),
        subject: says,
        files: files.split('\n').filter(Boolean),
      };
    });
}

/** Types that users notice, by the heading under which they stand in a changelog. */
export const headings: Readonly<Record<string, string>> = {
  feat: 'New',
  fix: 'Mended',
  perf: 'Faster',
  revert: 'Taken back',
};

/** Files of a package that are published, or decide what is: not its tests. */
const published = /^(?!.*(\.test\.ts$|\/__(tests|fixtures)__\/)).*$/;

/**
 * Whether a commit is a change of the package in `folder`: it names it as its scope, or names none and changes what is published of it.
 * What is named for another package is that one's alone, whatever files it touches.
 */
export function concerns({ scopes, files }: Commit, folder: string): boolean {
  const name = folder.split('/').at(-1) ?? '';
  if (scopes.length > 0) return scopes.includes(name);
  return files.some((file) => file.startsWith(`${folder}/`) && published.test(file));
}

/**
 * How far the commits move a version; `undefined`: users notice nothing. Below 1.0 a caret range holds within a minor version
 * (https://semver.org/#spec-item-4), so that what breaks moves the minor one, and all else the patch.
 */
export function bumpOf(commits: readonly Commit[], version: string): Bump | undefined {
  const isEarly = version.startsWith('0.');
  if (commits.some(({ isBreaking }) => isBreaking)) return isEarly ? 'minor' : 'major';
  const types = new Set(commits.map(({ type }) => type));
  if (types.has('feat')) return isEarly ? 'patch' : 'minor';
  return Object.keys(headings).some((type) => types.has(type)) ? 'patch' : undefined;
}
