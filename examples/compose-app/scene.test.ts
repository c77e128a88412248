import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../tools/lib/temporary.ts';
import { readWorkspace, repositoryRoot } from '../../tools/lib/workspace.ts';
import type { LocalRegistry } from '../../tools/release/registry.ts';
import { apps, neededBy, strangers } from './install.ts';
import { play } from './scene.ts';
import type { Answer, Asked, Visitor } from './visitor.ts';

/** How an application may be wrong. */
interface Wrong {
  /** All tenants share one account. */
  readonly shared?: boolean;
  /** Receipts of all tenants lie in one place. */
  readonly open?: boolean;
  /** Each order is charged anew. */
  readonly twice?: boolean;
  /** Whoever comes is somebody's tenant. */
  readonly anybody?: boolean;
}

/** An application in memory that answers as the real ones do, but for what is wrong with it. */
function application({ shared, open, twice, anybody }: Wrong = {}): Visitor {
  const receipts = new Map<string, unknown>();
  let charges = 0;
  const missing: Answer = { status: 404, body: { error: 'not_found' } };
  const answer = ({ tenant, what, order, reference }: Asked): Answer => {
    const place = open ? '' : `${tenant}/`;
    if (tenant === 'nobody' && !anybody) return missing;
    if (what === 'profile') return { status: 200, body: { user: shared ? 'all' : tenant } };
    if (what === 'receipts') {
      const own = [...receipts.keys()]
        .filter((key) => key.startsWith(place))
        .map((key) => key.slice(place.length));
      return { status: 200, body: own };
    }
    const key = `${place}receipts/${order?.reference ?? reference}.json`;
    if (order === undefined) return receipts.has(key) ? { status: 200, body: receipts.get(key) } : missing;
    if (order.title !== 'Low Tide') return missing;
    if (twice || !receipts.has(key)) {
      charges += 1;
      receipts.set(key, { payment: `pi_${charges}`, status: 'captured', track: order.title });
    }
    return { status: 201, body: receipts.get(key) };
  };
  return { ask: async (asked) => answer(asked), [Symbol.asyncDispose]: async () => {} };
}

describe('the scene', () => {
  it('finds nothing in an application that keeps its tenants apart', async () => {
    const { steps, faults } = await play(application());
    expect(faults).toEqual([]);
    expect(steps).toHaveLength(14);
  });

  it.each<[string, Wrong, string]>([
    ['an account for all', { shared: true }, 'acme and zest share all'],
    ['receipts in one place', { open: true }, 'acme sees a receipt of zest'],
    ['a second charge', { twice: true }, 'acme paid twice for one order'],
    ['a tenant that there is not', { anybody: true }, 'a tenant that there is not is let in'],
  ])('finds %s', async (_, wrong, says) => {
    expect((await play(application(wrong))).faults.join('\n')).toContain(says);
  });
});

describe('what an application needs', () => {
  const workspace = readWorkspace(repositoryRoot);

  it('is what it names and what that stands on, and no other cloud', () => {
    expect(apps).toEqual(['express', 'fastify', 'script']);
    const names = neededBy('express', workspace).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['@im/aws', '@im/core', '@im/http', '@im/spotify', '@im/stripe']),
    );
    expect(names).not.toContain('@im/azure');
  });

  it('is compared with what was installed', () => {
    const needed = neededBy('express', workspace).map(({ name }) => name);
    const installed = (names: readonly string[], resolved = 'http://registry.test/x.tgz') =>
      Object.fromEntries(names.map((name) => [`node_modules/${name}`, { resolved }]));
    const found = (packages: object) => {
      using folder = temporaryFolder({
        'package.json': { dependencies: { express: '^5.0.0' }, devDependencies: {} },
        'package-lock.json': { packages },
        ...Object.fromEntries(Object.keys(packages).map((path) => [`${path}/package.json`, {}])),
      });
      return strangers('express', folder.path, workspace, { url: 'http://registry.test/' } as LocalRegistry);
    };
    expect(found(installed([...needed, 'express', 'zod']))).toEqual([]);
    expect(found(installed(needed.slice(1)))).toEqual([`${needed[0]} was not installed`]);
    expect(found(installed([...needed, '@im/azure']))).toEqual([
      '@im/azure was installed, which nobody asked for',
    ]);
    expect(found(installed([...needed, '@google-cloud/storage'])).join()).toContain('for other applications');
    expect(found(installed(needed, 'http://elsewhere.test/x.tgz')).join()).toContain(
      'came from http://elsewhere.test',
    );
  });
});
