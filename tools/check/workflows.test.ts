import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { checkWorkflows } from './workflows.ts';

const good = `name: ci
on: push
permissions: { contents: read }
concurrency: { group: ci }
jobs:
  all:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@v5
        with: { persist-credentials: false }
      - uses: somebody/else@0123456789012345678901234567890123456789
      - run: npm ci
      - run: npm run lint -- --some | tee -a "$GITHUB_STEP_SUMMARY"
      - run: vitest run
      - run: .ci/run
`;

/** An expression of GitHub's, which is put into the command as it stands. */
const expression = '$'.concat('{{ github.head_ref }}');

function faults(workflow: string, files: Readonly<Record<string, unknown>> = {}): readonly string[] {
  using folder = temporaryFolder({
    'package.json': { name: 'x', scripts: { lint: 'biome ci', test: 'vitest run' } },
    '.github/workflows/release.yml': workflow,
    ...files,
  });
  return checkWorkflows(folder.path).map(({ place, says }) => `${place}: ${says}`);
}

describe('workflows', () => {
  it('as they should be have no fault', () => {
    expect(faults(good)).toEqual([]);
    expect(faults(good.replace('  all:', '  release:\n    permissions: { id-token: write }'))).toEqual([]);
  });

  it.each([
    ['YAML that is none', 'name: [', 'is no YAML'],
    ['no concurrency', good.replace('concurrency: { group: ci }\n', ''), 'no concurrency group'],
    ['no permissions', good.replace('permissions: { contents: read }\n', ''), 'has no permissions'],
    ['all permissions', good.replace('{ contents: read }', 'write-all'), 'may write-all'],
    ['permission to write', good.replace('contents: read', 'contents: write'), 'may contents: write'],
    [
      'a job that may write',
      good.replace('    timeout', '    permissions: { id-token: write }\n    timeout'),
      'all may id-token: write',
    ],
    [
      'an action that is not pinned',
      good.replace('checkout@v5', 'checkout@main'),
      'uses actions/checkout@main',
    ],
    ["somebody else's action by its version", good.replace(/else@\d+/, 'else@v1'), 'uses somebody/else@v1'],
    ['a credential left behind', good.replace('false', 'true'), 'persist-credentials'],
    ['a machine that changes', good.replace('ubuntu-24.04', 'ubuntu-latest'), 'machine that changes'],
    ['no time limit', good.replace('    timeout-minutes: 5\n', ''), 'timeout-minutes'],
    ['a script that there is not', good.replace('run lint', 'run lints'), 'runs npm run lints'],
    ['a command of its own', good.replace('vitest run', 'make all'), 'runs "make all"'],
    ['a second command', good.replace('vitest run', 'vitest run && curl x'), 'runs "curl x"'],
    ['an expression in a command', good.replace('lint --', `lint -- ${expression}`), 'runs an expression'],
  ])('with %s are found', (_, workflow, says) => {
    expect(faults(workflow).join('\n')).toContain(`.github/workflows/release.yml: `);
    expect(faults(workflow).join('\n')).toContain(says);
  });

  it('.ci/run is held to the scripts too', () => {
    expect(faults(good, { '.ci/run': 'npm test\nstep x npm run --silent gone -- --all\n' })).toEqual([
      '.ci/run: runs npm run gone, which is no script of package.json',
    ]);
  });
});
