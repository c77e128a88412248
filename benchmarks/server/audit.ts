/** An entry of the audit log against the SHA-256 of its record alone. */
import { hash } from 'node:crypto';
import { memoryAuditLog } from '@im/server';
import { contest, inFlight, type Line, line, oneByOne } from '../measure.ts';

const event = {
  subject: 'key:5f2a91c07d3e',
  action: 'integration.disable',
  tenant: 'acme',
  target: 'spotify_main',
  phase: 'intent',
} as const;

export async function audit(): Promise<Line[]> {
  const log = memoryAuditLog();
  const record = JSON.stringify({ seq: 1, at: Date.now(), ...event, before: 'a'.repeat(64) });
  const taken = await contest(
    { ours: inFlight(100, () => log.append(event)), bare: oneByOne(async () => hash('sha256', record)) },
    { times: 10_000 },
  );
  return [
    line('an entry of the audit log, against the SHA-256 of its record', 'ns CPU', taken.ours, taken.bare, {
      ratio: 4,
    }),
  ];
}
