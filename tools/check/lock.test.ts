import { expect, test } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { checkLock } from './lock.ts';

function faultsOf(packages: Record<string, unknown>): string[] {
  using folder = temporaryFolder({ 'package-lock.json': { lockfileVersion: 3, packages } });
  return checkLock(folder.path).map(({ place, says }) => `${place}: ${says}`);
}

test('a lock that installs everywhere has no fault', () => {
  const faults = faultsOf({
    '': {},
    'node_modules/@im/core': { resolved: 'packages/core', link: true },
    'node_modules/a': { integrity: 'x', optionalDependencies: { b: '1', c: '1' } },
    'node_modules/b': { integrity: 'x' },
    'node_modules/a/node_modules/c': { integrity: 'x' },
  });
  expect(faults).toEqual([]);
});

test('a registry, a missing checksum and a missing platform are found', () => {
  const faults = faultsOf({
    'node_modules/a': { resolved: 'https://registry.example/a.tgz', integrity: 'x' },
    'node_modules/b': {},
    'node_modules/c': { integrity: 'x', optionalDependencies: { 'c-win32': '1' } },
  });
  expect(faults).toEqual([
    'package-lock.json, node_modules/a: names a registry ("resolved"); write the lock with omit-lockfile-registry-resolved',
    'package-lock.json, node_modules/b: has no checksum ("integrity")',
    'package-lock.json, node_modules/c: its optional dependency c-win32 has no entry, so npm ci will refuse',
  ]);
});
