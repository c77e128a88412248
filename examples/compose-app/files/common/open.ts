/**
 * The registry of the application: three integrations for each tenant. Here they talk to the packages' own fakes, in which every tenant has an account of its
 * own; in production the options come from a configuration, and nothing else changes.
 */
import { createRegistry, type Registry } from '@im/core';
import { spotify } from '@im/spotify';
import { startFake as startSpotify } from '@im/spotify/testing';
import { stripe } from '@im/stripe';
import { startFake as startStripe } from '@im/stripe/testing';

/** The store of this application: registers one for each tenant. */
export interface StoreFake extends AsyncDisposable {
  register(registry: Registry, tenant: string): void;
  /** Makes the bucket or the container, where the fake has none. */
  prepare?(registry: Registry, tenant: string): Promise<unknown>;
}

/** What is open, and closes with it. */
export interface Open extends AsyncDisposable {
  readonly registry: Registry;
}

/** The tenants. */
export const tenants = ['acme', 'zest'] as const;

/** Opens everything, for all tenants. */
export async function open(startStore: () => Promise<StoreFake>): Promise<Open> {
  await using opening = new AsyncDisposableStack();
  const music = opening.use(await startSpotify());
  const processor = opening.use(await startStripe());
  const store = opening.use(await startStore());
  const registry = opening.use(createRegistry());
  for (const tenant of tenants) {
    registry.register(spotify, { name: 'music', tenant, options: music.options(tenant) });
    registry.register(stripe, { name: 'payments', tenant, options: processor.options(tenant) });
    store.register(registry, tenant);
    await store.prepare?.(registry, tenant);
  }
  await registry.enableAll();
  const opened = opening.move();
  return { registry, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Resolves when the process is asked to end. */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
