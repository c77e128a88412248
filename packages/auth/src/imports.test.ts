/** What importing a part loads, and so costs those who use only it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Every module that importing `file` loads at once: relative ones followed, packages by name. */
function loadedBy(file: URL, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file.href)) return seen;
  seen.add(file.href);
  const source = readFileSync(file, 'utf8');
  for (const [, clause = '', specifier = ''] of source.matchAll(
    /^(?:import|export)\s+([^;'"=]*?\bfrom\s+)?['"]([^'"]+)['"];/gm,
  )) {
    if (/^type\b/.test(clause)) continue;
    if (specifier.startsWith('.')) loadedBy(new URL(specifier, file), seen);
    else seen.add(specifier);
  }
  return seen;
}

describe.each([
  ['jwt', ['jwt', 'common']],
  ['oauth', ['oauth', 'jwt', 'common']],
])('importing @im/auth/%s', (part, folders) => {
  const loaded = [...loadedBy(new URL(`./${part}/index.ts`, import.meta.url))];

  it('loads no package but core and zod: the others come with their first use', () => {
    const packages = loaded.filter((one) => !one.startsWith('file:') && !one.startsWith('node:'));
    expect(packages.filter((name) => name !== '@im/core' && name !== 'zod')).toEqual([]);
    expect(loaded.length).toBeGreaterThan(10);
  });

  it('loads no other part', () => {
    const parts = loaded.flatMap((one) => /\/auth\/src\/([\w-]+)\//.exec(one)?.[1] ?? []);
    expect([...new Set(parts)].filter((name) => !folders.includes(name))).toEqual([]);
  });
});
