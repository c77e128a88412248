import { expect, it } from 'vitest';
import { createTestClock } from '../../__tests__/clock.ts';
import { demoIntegration, demoWorld } from '../../__tests__/demo.ts';
import { createNetwork } from '../../__tests__/fleet.ts';
import { createRegistry } from '../../registry/registry.ts';
import type { RegistryEvent } from '../../status.ts';

const ref = { name: 'demo' };

it('says once that the shared state is away, and once that it is back: in the log, the events and the status', async () => {
  const clock = createTestClock();
  const network = createNetwork(clock, () => 0);
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  const logger = { debug: write, info: write, warn: write, error: write };
  const registry = createRegistry({ clock, state: network.store, logger, health: { checkIntervalMs: 0 } });
  const events: RegistryEvent[] = [];
  registry.on((event) => events.push(event));
  const demo = demoIntegration(demoWorld());
  const resilience = { shared: true, rateLimit: { limit: 4, windowMs: 1_000 } };
  registry.register(demo, { options: { key: 'k' }, resilience });
  const client = registry.tenant('default').get(demo);
  const call = async () => {
    const made = client.hello();
    await clock.advance(2_000);
    return made;
  };
  await call();
  expect(registry.status(ref).status).toBe('healthy');
  network.leave();
  await call();
  await call();
  expect(registry.status(ref)).toMatchObject({ status: 'degraded', reasons: [{ kind: 'state_away' }] });
  network.comeBack();
  await call();
  expect(registry.status(ref)).toMatchObject({ status: 'healthy', reasons: [] });
  const said = events.filter(({ kind }) => kind === 'sharing').map(({ says }) => says);
  expect(said).toEqual([expect.stringContaining('is away'), expect.stringContaining('is back')]);
  expect(lines).toEqual(said);
  const closing = registry[Symbol.asyncDispose]();
  await clock.advance(1_000);
  await closing;
  expect(clock.pending).toBe(0);
});
