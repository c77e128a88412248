import { tmpdir } from 'node:os';
import { ConfigurationError, createRegistry } from '@im/core';
import type { FakeServer } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { type Candidate, findCandidates, type StartFake } from './find.ts';
import { sandboxTable } from './rows.ts';
import { startSandbox } from './sandbox.ts';

const from = import.meta.dirname;

describe('the sandbox', () => {
  it('finds the providers of the workspace and runs each against its fake, for two tenants', async () => {
    await using registry = createRegistry();
    await using sandbox = await startSandbox({ registry, from, everyMs: 0 });
    const spotify = sandbox.rows.filter(({ provider }) => provider === 'spotify');
    for (const row of spotify) await registry.enable(row);
    expect(spotify.map(({ tenant, mode }) => [tenant, mode])).toEqual([
      ['acme', 'sandbox'],
      ['zest', 'sandbox'],
    ]);
    expect(sandbox.note({ name: 'spotify', tenant: 'acme', provider: 'spotify' })).toBe(
      `sandbox, ${spotify[0]?.where} · real keys by SPOTIFY_CLIENT_ID, SPOTIFY_CLIENT_SECRET, SPOTIFY_AUTH_REFRESH_TOKEN`,
    );

    expect(sandboxTable(sandbox.rows, registry)).toMatch(
      /^spotify +acme +spotify +sandbox +http:\/\/127\.0\.0\.1:\d+ +healthy$/m,
    );
  }, 20_000);

  it('does without a provider whose fake does not start, and says why', async () => {
    await using registry = createRegistry();
    const candidate = (await findCandidates(from)).candidates.find(
      ({ definition }) => definition.id === 'spotify',
    );
    const startFake = () => Promise.reject(new Error('no port is free'));
    const also = [{ ...(candidate as Candidate), startFake }];
    await using sandbox = await startSandbox({ registry, from: tmpdir(), also });
    expect(sandbox.problems).toEqual(['spotify: its fake does not start: no port is free']);
    expect(sandbox.rows).toEqual([]);
  });

  it('remembers few of the requests that its fakes get, however long it runs', async () => {
    const candidate = (await findCandidates(from)).candidates.find(
      ({ definition }) => definition.id === 'spotify',
    );
    if (candidate === undefined) throw new Error('spotify was not found');
    const fakes: FakeServer[] = [];
    const startFake: StartFake = async (options) => {
      const fake = await (candidate.startFake as StartFake)(options);
      fakes.push(fake);
      return fake;
    };
    await using registry = createRegistry();
    await using sandbox = await startSandbox({
      registry,
      from: tmpdir(),
      also: [{ ...candidate, startFake }],
      tenants: ['a', 'b', 'c', 'd'],
      everyMs: 1,
      faults: false,
    });
    await registry.enableAll();
    sandbox.flow();
    const calls = () => registry.list().reduce((sum, { stats }) => sum + stats.calls, 0);
    await expect.poll(calls, { interval: 10, timeout: 10_000 }).toBeGreaterThan(300);
    expect(fakes[0]?.exchanges.length).toBeGreaterThan(100);
    expect(fakes[0]?.exchanges.length).toBeLessThan(210);
  }, 20_000);

  it('closes every fake when it is disposed', async () => {
    await using registry = createRegistry();
    const sandbox = await startSandbox({ registry, from, everyMs: 0 });
    const url = sandbox.rows.find(({ mode }) => mode === 'sandbox')?.where ?? '';
    expect((await fetch(url)).status).toBeGreaterThan(0);
    await sandbox[Symbol.asyncDispose]();
    await expect(fetch(url)).rejects.toThrow();
  });

  it('lets a provider out whose real keys stand in the environment', async () => {
    await using registry = createRegistry();
    const env = { SPOTIFY_CLIENT_ID: 'an-id', SPOTIFY_CLIENT_SECRET: 'a-secret' };
    await using sandbox = await startSandbox({ registry, from, env, everyMs: 0 });
    expect(sandbox.rows.filter(({ provider }) => provider === 'spotify')).toEqual([
      expect.objectContaining({
        tenant: 'default',
        mode: 'live',
        where: expect.stringContaining('api.spotify.com'),
        keys: ['SPOTIFY_CLIENT_ID', 'SPOTIFY_CLIENT_SECRET'],
      }),
    ]);
    expect(sandbox.note({ name: 'spotify', tenant: 'default', provider: 'spotify' })).toBe(
      'live, by SPOTIFY_CLIENT_ID, SPOTIFY_CLIENT_SECRET',
    );
    expect(JSON.stringify(sandbox.rows)).not.toContain('a-secret');
  });

  it('refuses keys that are not enough, and says what is missing', async () => {
    await using registry = createRegistry();
    const half = startSandbox({ registry, from, env: { SPOTIFY_CLIENT_SECRET: 'a-secret' } });
    await expect(half).rejects.toThrow(ConfigurationError);
    await expect(half).rejects.toThrow('SPOTIFY_CLIENT_ID');
    expect(registry.list()).toEqual([]);
  });
});
