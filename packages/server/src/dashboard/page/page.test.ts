import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry, sampleStats } from '../../__fixtures__/registry.ts';
import { createServer } from '../../server.ts';

const hostile = `</script><img src=x onerror="alert('1')">`;

describe('the status page', () => {
  it('escapes everything that it shows', async () => {
    const registry = sampleRegistry([
      sample({
        name: hostile,
        tenant: hostile,
        title: hostile,
        provider: hostile,
        status: 'unhealthy',
        reasons: [{ kind: 'x', says: hostile, since: 0 }],
        stats: sampleStats(3, 1, hostile),
      }),
      sample(),
    ]);
    const hub = createServer({ registry, title: hostile, note: () => hostile });
    registry.emit({
      at: 0,
      name: hostile,
      tenant: hostile,
      provider: hostile,
      kind: 'status',
      says: hostile,
    });
    const page = await (await hub.app.request(`/?tenant=${encodeURIComponent(hostile)}`)).text();
    expect(page).not.toContain('<img');
    expect(page).not.toContain('onerror="');
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(page).toContain('&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;');
  });

  it('runs only the style and the script that it brings', async () => {
    const answer = await createServer({ registry: sampleRegistry([sample()]) }).app.request('/');
    const page = await answer.text();
    const policy = answer.headers.get('content-security-policy');
    const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toContain(digest(/<style>(.*?)<\/style>/s.exec(page)?.[1] ?? ''));
    expect(policy).toContain(digest(/<script>(.*?)<\/script>/s.exec(page)?.[1] ?? ''));
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/ style="| on\w+="/);
  });

  it('shows every integration with its tenant, status and reasons, and says what it rests on', async () => {
    const ill = sample({
      name: 'memory',
      tenant: 'zest',
      status: 'unhealthy',
      reasons: [{ kind: 'check_failed', says: '3 checks in a row failed', since: 0 }],
    });
    const page = await (
      await createServer({ registry: sampleRegistry([sample(), ill]) }).app.request('/')
    ).text();
    for (const text of ['spotify_main', 'acme', 'memory', 'zest', '1 of 2 not healthy'])
      expect(page).toContain(text);
    // The style sheet lets rows of this state stand out, and a reason among the small print.
    expect(page).toContain(`data-state="unhealthy"`);
    expect(page).toContain('<span class="reason">3 checks in a row failed</span>');
    expect(page).toContain('<html lang="en"');
    expect(page).toContain('<caption');
  });

  it('says so when nothing is registered, and when nothing matches', async () => {
    expect(await (await createServer({ registry: sampleRegistry([]) }).app.request('/')).text()).toContain(
      'Nothing is registered yet',
    );
    const some = createServer({ registry: sampleRegistry([sample(), sample({ name: 'b' })]) });
    expect(await (await some.app.request('/?tenant=nobody')).text()).toContain('Nothing matches');
  });

  it('stays small with thousands of integrations and leads on to the next ones', async () => {
    const list = Array.from({ length: 5_000 }, (_, index) =>
      sample({ name: `n${String(index).padStart(4, '0')}` }),
    );
    const hub = createServer({ registry: sampleRegistry(list) });
    const page = await (await hub.app.request('/')).text();
    expect(page.length).toBeLessThan(200_000);
    expect(page).toContain('100 of 5,000 shown');
    const next = /href="(\/\?page=2)" rel="next"/.exec(page)?.[1];
    expect(await (await hub.app.request(String(next))).text()).toContain('>n0100<');
  });
});
