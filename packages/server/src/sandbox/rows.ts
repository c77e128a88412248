/** What runs where in the sandbox, for the page and the terminal. */
import type { Registry } from '@im/core';
import { textTable } from '../text-table.ts';
import type { ActiveSpell } from './weather.ts';

/** What runs where. */
export interface SandboxRow {
  readonly name: string;
  readonly tenant: string;
  readonly provider: string;
  readonly mode: 'sandbox' | 'live' | 'in process';
  /** URL of the fake, or what stands in its place. */
  readonly where: string;
  /** Environment variables for its real keys: those that are set when it is `live`, else all there are. */
  readonly keys: readonly string[];
}

/** What stands beside an integration: where it runs, the weather there, and the variables that decide it. */
export function noteOf({ mode, where, provider, keys }: SandboxRow, weather: readonly ActiveSpell[]): string {
  if (mode === 'live') return `live, by ${keys.join(', ')}`;
  if (mode === 'in process') return mode;
  const spells = weather.filter((one) => one.provider === provider);
  const now = spells.map(
    ({ spell, leftMs }) => `${spell.kind}, ${Math.ceil(leftMs / 1_000)} s more: ${spell.says}`,
  );
  const real = keys.length > 0 ? [`real keys by ${keys.join(', ')}`] : [];
  return [`sandbox, ${where}`, ...now, ...real].join(' · ');
}

/** The rows as a table for a terminal, with the status that each has now. */
export function sandboxTable(rows: readonly SandboxRow[], registry: Registry): string {
  return textTable(
    ['integration', 'tenant', 'provider', 'runs', 'where', 'status'],
    rows.map(({ name, tenant, provider, mode, where }) => [
      name,
      tenant,
      provider,
      mode,
      where,
      registry.status({ name, tenant }).status,
    ]),
  );
}
