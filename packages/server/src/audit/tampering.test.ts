import { createRandom } from '@im/testing';
import { expect, it } from 'vitest';
import { openAuditLog } from './audit-log.ts';
import { type AuditStore, memoryAuditStore } from './store.ts';

const full = process.env.CI === 'true';
const [entries, tamperings] = full ? [10_000, 1_000] : [1_000, 300];

/** One way to tamper with the entry at `at`, and the position at which the record then is not as it was written. */
type Tampering = (lines: string[], at: number, pick: (below: number) => number) => number;

const ways: Readonly<Record<string, Tampering>> = {
  'a byte is changed': (lines, at, pick) => {
    const line = lines[at] as string;
    const place = pick(line.length);
    lines[at] = `${line.slice(0, place)}${line[place] === 'x' ? 'y' : 'x'}${line.slice(place + 1)}`;
    return at + 1;
  },
  'it is taken out': (lines, at) => {
    lines.splice(at, 1);
    return at + 1;
  },
  'it stands there twice': (lines, at) => {
    lines.splice(at, 0, lines[at] as string);
    return at + 2;
  },
  'it is moved': (lines, at) => {
    const [one, other] = [lines[at] as string, lines[at + 1] as string];
    lines.splice(at, 2, other, one);
    return at + 1;
  },
  'another stands in its place': (lines, at) => {
    lines[at] = lines[(at + 7) % lines.length] as string;
    return at + 1;
  },
  'all from it on is gone': (lines, at) => {
    lines.length = at;
    return at + 1;
  },
};

it(`finds ${tamperings} single tamperings of ${entries} entries, each with its position`, {
  timeout: 120_000,
}, async () => {
  const store = memoryAuditStore();
  const log = await openAuditLog({ store });
  for (let index = 0; index < entries; index += 1)
    await log.append({
      subject: 'key:1',
      action: 'integration.check',
      phase: 'done',
      target: `crm_${index}`,
    });
  const lines: string[] = [];
  for await (const line of store.read()) lines.push(line);
  const random = createRandom(7);
  const pick = (below: number) => Math.floor(random() * below);
  const names = Object.keys(ways);
  const missed: unknown[] = [];
  for (let round = 0; round < tamperings; round += 1) {
    const name = names[round % names.length] as string;
    const tampered = [...lines];
    const position = ways[name]?.(tampered, pick(entries - 1), pick);
    const changed: AuditStore = {
      ...store,
      ends: store.ends,
      async *read() {
        yield* tampered;
      },
    };
    const says = await openAuditLog({ store: changed }).then(() => 'nothing', String);
    if (!says.includes(`tampered with: entry ${position} `)) missed.push([name, position, says]);
  }
  expect(missed).toEqual([]);
  expect(await log.verify()).toMatchObject({ ok: true, entries });
});
