import { tmpdir } from 'node:os';
import { s3 } from '@im/aws/s3';
import { harness as s3Harness, startFake as startS3 } from '@im/aws/s3/testing';
import { createRegistry } from '@im/core';
import { type Candidate, type SandboxRow, startSandbox } from '@im/server';
import { spotify } from '@im/spotify';
import { harness as spotifyHarness, startFake as startSpotify } from '@im/spotify/testing';
import { expect, it } from 'vitest';
import { startDataFlow } from './start-flow.ts';

const candidates = [
  { definition: spotify, startFake: startSpotify, samples: spotifyHarness.samples },
  { definition: s3, startFake: startS3, samples: s3Harness.samples },
] as unknown as readonly Candidate[];

it('what is found becomes a file in the bucket of its tenant, and comes back the same', async () => {
  await using registry = createRegistry({ health: { checkIntervalMs: 0 } });
  await using sandbox = await startSandbox({
    registry,
    from: tmpdir(),
    also: candidates,
    faults: false,
    everyMs: 0,
  });
  expect(sandbox.problems).toEqual([]);
  await using flow = startDataFlow({ registry, rows: sandbox.rows, everyMs: 1 });
  await expect.poll(() => flow.counts.every(({ copied }) => copied > 5), { timeout: 10_000 }).toBe(true);
  expect(flow.counts).toEqual([
    { tenant: 'acme', copied: expect.any(Number), failed: 0, changed: 0 },
    { tenant: 'zest', copied: expect.any(Number), failed: 0, changed: 0 },
  ]);
  const { stats } = registry.status({ name: s3.id, tenant: 'zest' });
  expect(stats.failures).toBe(0);
}, 20_000);

it('nothing flows where an end has real keys', () => {
  const row = (provider: string, mode: SandboxRow['mode']): SandboxRow => ({
    name: provider,
    tenant: 'default',
    provider,
    mode,
    where: '',
    keys: [],
  });
  const rows = [row(spotify.id, 'sandbox'), row(s3.id, 'live')];
  const registry = createRegistry();
  expect(startDataFlow({ registry, rows, everyMs: 1 }).counts).toEqual([]);
});
