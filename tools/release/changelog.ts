/** A changelog for users: what they notice, newest first. */
import { headings } from './commits.ts';
import type { PlannedRelease } from './plan.ts';

const title = '# Changelog\n';

/** The entry of one release. */
export function entryOf({ to, commits, why, ranges }: PlannedRelease, day: string): string {
  const lines = [`## ${to} (${day})`, ''];
  const section = (heading: string, items: readonly string[]) => {
    if (items.length > 0) lines.push(`### ${heading}`, '', ...items.map((item) => `- ${item}`), '');
  };
  if (why === 'first') lines.push('The first release.', '');
  else {
    section(
      'Breaking',
      commits.filter(({ isBreaking }) => isBreaking).map(({ subject }) => subject),
    );
    for (const [type, heading] of Object.entries(headings))
      section(
        heading,
        commits.filter((commit) => commit.type === type && !commit.isBreaking).map(({ subject }) => subject),
      );
  }
  section(
    'Needs',
    Object.entries(ranges).map(([name, range]) => `\`${name}\` ${range}`),
  );
  return lines.join('\n');
}

/** The whole file with the entry on top. */
export function withEntry(changelog: string | undefined, entry: string): string {
  const rest = (changelog ?? title).replace(title, '').trimStart();
  return `${title}\n${entry}${rest === '' ? '' : `\n${rest}`}`.trimEnd().concat('\n');
}
