/** Asks a running hub everything it can be asked, and compares the answers with each other and with what should run. */
import { get } from 'node:http';
import type { Health, IntegrationView, SandboxRow } from '@im/server';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Most milliseconds to wait until every integration has been called. */
const mostWaitMs = 15_000;

/** @returns what is not right; empty when all is */
export async function checkHub(url: string, rows: readonly SandboxRow[]): Promise<string[]> {
  const problems: string[] = [];
  const expect = (right: boolean, what: string) => void (right || problems.push(what));
  const ask = (path: string, method = 'GET') => request(`${url}${path}`, method);
  if (rows.length === 0) problems.push('nothing runs in the sandbox');

  const integrations = await untilCalled(ask, rows);
  for (const { name, tenant, provider } of rows) {
    const place = `${name} of ${tenant}`;
    const one = integrations.find((candidate) => candidate.name === name && candidate.tenant === tenant);
    expect(one !== undefined, `${place} is not in /integrations/status`);
    if (one === undefined) continue;
    expect(one.provider === provider, `${place} is ${one.provider} instead of ${provider}`);
    expect(one.stats.calls > 0, `${place} was never called`);
    expect(
      one.status === 'healthy',
      `${place} is ${one.status}: ${one.reasons.map(({ says }) => says).join('; ')}`,
    );
    const alone = await ask(`/integrations/health/${name}?tenant=${tenant}`);
    expect(alone.status === 200, `/integrations/health/${name} of ${tenant} answers ${alone.status}`);
    expect(json<IntegrationView>(alone).provider === provider, `/integrations/health/${name} is another's`);
  }
  expect(
    integrations.length === rows.length,
    `${integrations.length} integrations in the status, ${rows.length} in the table`,
  );

  const health = await ask('/integrations/health');
  const told = json<Health>(health);
  expect(health.status === 200 && told.ready, `/integrations/health answers ${health.status}: ${told.says}`);
  expect(told.total === rows.length, `/integrations/health counts ${told.total}, not ${rows.length}`);

  const [metrics, page, description] = await Promise.all(
    ['/integrations/metrics', '/', '/openapi.json'].map((path) => ask(path)),
  );
  for (const { name, tenant } of rows) {
    const labels = `tenant="${tenant}",integration="${name}"`;
    expect(
      metrics?.text.includes(`im_integration_calls_total{${labels}`) ?? false,
      `no calls of ${name} of ${tenant} in the metrics`,
    );
    expect(page?.text.includes(`>${name}<`) ?? false, `${name} is not on the page`);
  }
  expect(page?.type.startsWith('text/html') ?? false, 'the page is no HTML');
  const paths = Object.keys(description === undefined ? {} : json<{ paths: object }>(description).paths);
  expect(paths.length === 4, `/openapi.json describes ${paths.length} paths`);

  for (const path of ['/', '/openapi.json', ...paths.filter((one) => !one.includes('{'))]) {
    expect((await ask(path, 'HEAD')).status === 200, `HEAD ${path} is not 200`);
    if (path !== '/') expect((await ask(path, 'DELETE')).status === 405, `DELETE ${path} is not 405`);
  }
  const missing = await ask('/integrations/health/nobody');
  expect(
    missing.status === 404 && missing.type === 'application/problem+json',
    'an unknown name is not a 404 problem',
  );
  return problems;
}

/** The status, once each integration has been called or the time is over. */
async function untilCalled(
  ask: (path: string) => Promise<Answer>,
  rows: readonly SandboxRow[],
): Promise<readonly IntegrationView[]> {
  const end = Date.now() + mostWaitMs;
  for (;;) {
    const { integrations } = json<{ integrations: IntegrationView[] }>(await ask('/integrations/status'));
    const called = integrations.filter(({ stats }) => stats.calls > 0).length;
    if (called >= rows.length || Date.now() > end) return integrations;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const json = <Shape>({ text }: Answer) => JSON.parse(text) as Shape;

/** Without keep-alive, so that nothing is left open. */
function request(url: string, method: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { method, agent: false, signal: AbortSignal.timeout(10_000) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }),
      );
    });
    sent.on('error', reject);
  });
}
