/**
 * Walks through the weather of the sandbox and compares it with what the hub says: in calm all is well, in a spell the
 * struck vendor's integrations show it and nobody else's do, and after it all is well again. The weather's time is ours,
 * so nothing has to be waited for but the calls themselves.
 */
import type { Health, IntegrationView, Sandbox, SandboxRow, Spell } from '@im/server';
import { type Ask, json } from './start-ask.ts';

/** The weather, under our hand. */
export interface WeatherStation {
  readonly spells: readonly Spell[];
  readonly weather: Sandbox['weather'];
  /** Puts the time of the weather to so many milliseconds. */
  at(weatherMs: number): void;
  /** Most milliseconds to wait until the hub shows the weather. Default 30 000. */
  readonly mostWaitMs?: number | undefined;
}

/** @returns what the hub showed otherwise than it was */
export async function checkWeather(
  ask: Ask,
  rows: readonly SandboxRow[],
  { spells, weather, at, mostWaitMs = 30_000 }: WeatherStation,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const compare = async (when: string, weatherMs: number) => {
    at(weatherMs);
    const struck = new Map(weather().map(({ provider, spell }) => [provider, spell]));
    for (const found of await untilAgreed(() => disagreements(ask, rows, struck), mostWaitMs))
      problems.push(`${when}: ${found}`);
  };
  await compare('before the first spell', 0);
  for (const { kind, firstMs, lastsMs } of spells) {
    await compare(`in the ${kind}`, firstMs);
    await compare(`after the ${kind}`, firstMs + lastsMs);
  }
  return problems;
}

/** What the status and the health say otherwise than they should, at this moment. */
async function disagreements(
  ask: Ask,
  rows: readonly SandboxRow[],
  struck: ReadonlyMap<string, Spell>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const [status, answer] = await Promise.all([ask('/integrations/status'), ask('/integrations/health')]);
  const { integrations } = json<{ integrations: readonly IntegrationView[] }>(status);
  const { status: overall, failing } = json<Health>(answer);
  if (integrations.length !== rows.length)
    problems.push(`${integrations.length} integrations in the status, ${rows.length} in the sandbox`);
  for (const { name, tenant, provider, mode } of rows) {
    const one = integrations.find((candidate) => candidate.name === name && candidate.tenant === tenant);
    const spell = struck.get(provider);
    const expected = spell?.shows ?? 'healthy';
    const place = `${name} of ${tenant}`;
    if (one?.provider !== provider) problems.push(`${place} is ${one?.provider ?? 'missing'} in the status`);
    else if (one.stats.calls === 0 && mode !== 'live') problems.push(`${place} was never called`);
    else if (one.status !== expected)
      problems.push(`${place} is ${one.status}, not ${expected}: ${one.reasons.map(({ says }) => says)}`);
    else if (spell !== undefined && !one.note?.includes(spell.kind))
      problems.push(`the note of ${place} is silent about the ${spell.kind}`);
    const isNamed = failing.some((other) => other.name === name && other.tenant === tenant);
    if (isNamed !== (expected === 'unhealthy'))
      problems.push(`/integrations/health ${isNamed ? 'names' : 'does not name'} ${place} as failing`);
  }
  // Nothing is required in the sandbox: whatever the weather, it is alive, ready and started.
  for (const probe of ['/livez', '/readyz', '/startupz']) {
    const { status: answered } = await ask(probe);
    if (answered !== 200) problems.push(`${probe} answers ${answered}`);
  }
  const expected = struck.size === 0 ? 'healthy' : 'degraded';
  if (overall !== expected || answer.status !== 200)
    problems.push(`the hub is ${overall} (${answer.status}), not ${expected}`);
  return problems;
}

/** The disagreements, once there are none or the time is over. */
async function untilAgreed(
  look: () => Promise<readonly string[]>,
  mostWaitMs: number,
): Promise<readonly string[]> {
  const end = Date.now() + mostWaitMs;
  for (;;) {
    const found = await look();
    if (found.length === 0 || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
