/** Asks a running hub everything it can be asked, and compares the answers with each other and with what should run. */
import type { Health, IntegrationView, SandboxRow } from '@im/server';
import { type Ask, asker, json } from './start-ask.ts';
import { checkWeather, type WeatherStation } from './start-weather.ts';

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly parameters?: readonly { readonly required?: boolean }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

/** @returns what is not right; empty when all is */
export async function checkHub(
  url: string,
  rows: readonly SandboxRow[],
  station: WeatherStation,
): Promise<string[]> {
  if (rows.length === 0) return ['nothing runs in the sandbox'];
  const ask = asker(url);
  return [
    ...(await checkWeather(ask, rows, station)),
    ...(await checkEach(ask, rows)),
    ...(await checkWhole(ask, rows)),
    ...(await checkDescribed(ask)),
  ];
}

/** Every integration by itself, in the metrics and on the page. */
async function checkEach(ask: Ask, rows: readonly SandboxRow[]): Promise<string[]> {
  const [metrics, page, docs] = await Promise.all([ask('/integrations/metrics'), ask('/'), ask('/docs')]);
  const problems = [page, docs].every(({ status, type }) => status === 200 && type.startsWith('text/html'))
    ? []
    : ['/ and /docs are not both pages'];
  for (const { name, tenant, provider } of rows) {
    const place = `/integrations/health/${name}?tenant=${tenant}`;
    const alone = await ask(place);
    if (alone.status !== 200) problems.push(`${place} answers ${alone.status}`);
    else if (json<IntegrationView>(alone).provider !== provider) problems.push(`${place} is another's`);
    if (!metrics.text.includes(`im_integration_calls_total{tenant="${tenant}",integration="${name}"`))
      problems.push(`no calls of ${name} of ${tenant} in the metrics`);
    if (!page.text.includes(`>${name}<`)) problems.push(`${name} is not on the page`);
  }
  return problems;
}

/** The hub as a whole, and what it says of nobody. */
async function checkWhole(ask: Ask, rows: readonly SandboxRow[]): Promise<string[]> {
  const problems: string[] = [];
  const health = await ask('/integrations/health');
  const { ready, says, total } = json<Health>(health);
  if (health.status !== 200 || !ready)
    problems.push(`/integrations/health answers ${health.status}: ${says}`);
  if (total !== rows.length) problems.push(`/integrations/health counts ${total}, not ${rows.length}`);
  const missing = await ask('/integrations/health/nobody');
  if (missing.status !== 404 || missing.type !== 'application/problem+json')
    problems.push(`an unknown name is answered ${missing.status} ${missing.type}, not with a 404 problem`);
  return problems;
}

/**
 * Every route that can be read without arguments answers as it is described (501: not set up here), `HEAD` as `GET`; none takes
 * `DELETE` undescribed.
 */
async function checkDescribed(ask: Ask): Promise<string[]> {
  const problems: string[] = [];
  const { paths } = json<Description>(await ask('/openapi.json'));
  const readable = Object.entries(paths).filter(([path, { get }]) => {
    const needsNothing = get?.parameters?.every(({ required }) => required !== true) ?? true;
    return get !== undefined && !path.includes('{') && needsNothing;
  });
  if (readable.length === 0) problems.push('/openapi.json describes nothing that can be read');
  for (const [path, operations] of readable) {
    const { status } = await ask(path);
    if (operations.get?.responses[status] === undefined || (status >= 500 && status !== 501))
      problems.push(`GET ${path} answers ${status}, of ${Object.keys(operations.get?.responses ?? {})}`);
    const head = await ask(path, 'HEAD');
    if (head.status !== status) problems.push(`HEAD ${path} answers ${head.status}, GET ${status}`);
    const deletion = operations.delete === undefined ? (await ask(path, 'DELETE')).status : 405;
    if (deletion !== 405) problems.push(`DELETE ${path} answers ${deletion}, not 405`);
  }
  return problems;
}
