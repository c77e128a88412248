import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Every module that importing `file` loads: relative ones followed, packages by name. */
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

describe('importing @im/core', () => {
  const loaded = [...loadedBy(new URL('./index.ts', import.meta.url))];

  it('loads its three dependencies alone: a module of Node comes with its first use', () => {
    const others = loaded.filter((one) => !one.startsWith('file:'));
    expect(others.filter((name) => !['zod', 'cockatiel', '@opentelemetry/api'].includes(name))).toEqual([]);
    expect(loaded.length).toBeGreaterThan(10);
  });

  it('does not load configuration files and discovery, which are @im/core/config', () => {
    expect(loaded.filter((one) => /\/src\/(config|discover)[./]/.test(one))).toEqual([]);
  });
});
