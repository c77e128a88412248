import { describe, expect, it } from 'vitest';
import { entryOf, withEntry } from './changelog.ts';
import { bumpOf, type Commit, concerns, readLog } from './commits.ts';
import { bumped, type Member, planRelease } from './plan.ts';

const commit = (text: string, ...files: string[]): Commit => {
  const [read] = readLog(`\u001ehash\u001f${text}\u001f\u001f\n${files.join('\n')}\n`);
  if (read === undefined) throw new Error(text);
  return read;
};

const member = (name: string, commits: readonly Commit[], needs: Record<string, string> = {}): Member => ({
  name: `@im/${name}`,
  folder: `packages/${name}`,
  manifest: { name: `@im/${name}`, version: '0.1.0', peerDependencies: needs },
  commits,
  isReleased: true,
});

const planned = (members: readonly Member[]) =>
  planRelease(members).map(({ name, to, why, ranges }) =>
    [name, to, why, ...Object.values(ranges)].join(' '),
  );

describe('a commit', () => {
  it.each([
    ['feat(http): x', 'packages/core/src/a.ts', false],
    ['feat(core): x', 'packages/http/src/a.ts', true],
    ['feat(http,core): x', 'README.md', true],
    ['fix: x', 'packages/core/src/a.ts', true],
    ['fix: x', 'packages/core/src/a.test.ts', false],
    ['fix: x', 'packages/core-extra/src/a.ts', false],
  ])('%s that touches %s concerns core: %s', (text, file, expected) => {
    expect(concerns(commit(text, file), 'packages/core')).toBe(expected);
  });

  it.each([
    ['0.1.0', ['feat(core): x'], 'patch'],
    ['0.1.0', ['fix(core): x', 'feat(core)!: y'], 'minor'],
    ['1.0.0', ['feat(core): x'], 'minor'],
    ['1.0.0', ['fix(core)!: x'], 'major'],
    ['1.0.0', ['perf(core): x'], 'patch'],
    ['1.0.0', ['test(core): x', 'docs(core): y', 'no convention'], undefined],
  ])('moves %s: %j to %s', (version, texts, expected) => {
    expect(
      bumpOf(
        texts.map((text) => commit(text)),
        version,
      ),
    ).toBe(expected);
  });

  it('breaks by a footer too', () => {
    const [read] = readLog('\u001eh\u001ffix(core): x\u001fwhy\n\nBREAKING CHANGE: y\u001f\n');
    expect(read?.isBreaking).toBe(true);
  });
});

it('versions move as they are written', () => {
  expect((['major', 'minor', 'patch'] as const).map((bump) => bumped('1.2.3', bump))).toEqual([
    '2.0.0',
    '1.3.0',
    '1.2.4',
  ]);
});

describe('a release', () => {
  const providers = (core: readonly Commit[], http: readonly Commit[] = []) => [
    member('core', core),
    member('http', http, { '@im/core': '^0.1.0' }),
    member('spotify', [], { '@im/core': '^0.1.0', '@im/http': '^0.1.0' }),
    member('stripe', [], { '@im/core': '^0.1.0' }),
  ];

  it('of one provider is of that one', () => {
    const changed = [...providers([]).slice(0, 3), member('stripe', [commit('fix(stripe): x')])];
    expect(planned(changed)).toEqual(['@im/stripe 0.1.1 changes']);
  });

  it('of a feature or a fix in core is of core alone', () => {
    expect(planned(providers([commit('feat(core): x')]))).toEqual(['@im/core 0.1.1 changes']);
  });

  it('of a break in core is of all that need it, with the new range', () => {
    expect(planned(providers([commit('feat(core)!: x')]))).toEqual([
      '@im/core 0.2.0 changes',
      '@im/http 0.1.1 range ^0.2.0',
      '@im/spotify 0.1.1 range ^0.2.0',
      '@im/stripe 0.1.1 range ^0.2.0',
    ]);
  });

  it('of everything is the first, in the version that it has', () => {
    const first = providers([]).map((one) => ({ ...one, isReleased: false }));
    expect(planned(first)).toHaveLength(4);
    expect(planned(first)[0]).toBe('@im/core 0.1.0 first');
  });

  it('is told to users: what is new, mended and faster, and nothing of tests', () => {
    const commits = [
      commit('feat(core): calls can be hedged'),
      commit('test(core): more'),
      commit('fix(core)!: a name is refused'),
    ];
    const [release] = planRelease([member('core', commits)]);
    if (release === undefined) throw new Error('nothing is planned');
    const entry = entryOf(release, '2026-11-25');
    expect(entry).toBe(
      '## 0.2.0 (2026-11-25)\n\n### Breaking\n\n- a name is refused\n\n### New\n\n- calls can be hedged\n',
    );
    const twice = withEntry(withEntry(undefined, entry.replace('0.2.0', '0.1.0')), entry);
    expect([...twice.matchAll(/^## (\S+)/gm)].map(([, version]) => version)).toEqual(['0.2.0', '0.1.0']);
    expect(twice.match(/^# Changelog$/gm)).toHaveLength(1);
  });
});
