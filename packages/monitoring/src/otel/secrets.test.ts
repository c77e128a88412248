/** What tenants keep secret, and everything that telemetry gives away of failing calls. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '@im/core';
import { createCanary, findCanaries, secretShapes, shortestCanary, startFakeServer } from '@im/testing';
import { describeVectors } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { createLogger } from '../logs/index.ts';
import { createExemplars, createMetrics } from '../metrics/index.ts';
import { describeCollector, startCollector } from './__tests__/collector.ts';
import { defineShop, startShop } from './__tests__/shop.ts';
import { startTelemetry } from './index.ts';

/** A vendor that says everything again that it is told. */
const startParrot = () =>
  startFakeServer({
    name: 'parrot',
    record: () => {},
    routes: {
      'GET /items/:id': ({ headers, params }) => ({
        status: 400,
        headers: { 'x-request-id': String(headers.authorization).slice('Bearer '.length) },
        json: { error: `${headers.authorization} may not read ${params.id}` },
      }),
    },
  });

describeCollector('a collector', () => {
  it('gets nothing that a tenant keeps secret, whatever fails', async () => {
    await using collector = await startCollector();
    await using shop = await startShop();
    const canaries = { apiKey: createCanary('apiKey'), says: createCanary('says'), key: createCanary('key') };
    const telemetry = await startTelemetry({
      serviceName: 'checkout',
      endpoint: collector.url,
      headers: { authorization: canaries.key },
    });
    await using registry = createRegistry();
    // Headers take no letters beyond ASCII, so that this key is refused before it is sent; the other is sent and refused.
    for (const [tenant, apiKey] of [
      ['acme', canaries.apiKey],
      ['other', canaries.apiKey.replace('é', 'e')],
    ] as const) {
      registry.register(defineShop(), { tenant, options: { apiKey, baseUrl: shop.url } });
      shop.inject({
        fault: { kind: 'status', status: 400, body: JSON.stringify({ error: canaries.says }) },
      });
      await registry
        .tenant(tenant)
        .get(defineShop())
        .addItem()
        .catch(() => {});
    }
    await telemetry.shutdown();
    expect(collector.spans().length).toBeGreaterThan(3);
    expect(collector.requests.every(({ headers }) => headers.authorization !== undefined)).toBe(true);
    expect(findCanaries(collector.batches, canaries)).toEqual([]);
  });
});

describeVectors('secrets of every known shape', 'secrets', (folder) => {
  describeCollector('given to tenants', () => {
    it('come out neither in spans, metrics and logs, nor in a scrape', async () => {
      const shapes = secretShapes(readFileSync(join(folder, 'gitleaks.toml'), 'utf8'));
      const planted = Object.fromEntries(
        shapes.map(({ id, secret, whole }) => [
          id,
          secret.length < shortestCanary ? `${secret}${whole}` : secret,
        ]),
      );
      const lines: string[] = [];
      await using collector = await startCollector();
      await using parrot = await startParrot();
      const logger = await createLogger({ destination: { write: (line) => lines.push(line) } });
      const exemplars = createExemplars();
      const telemetry = await startTelemetry({
        serviceName: 'test',
        endpoint: collector.url,
        traces: { processors: [exemplars] },
        logger,
      });
      await using registry = createRegistry({ logger });
      const shop = defineShop();
      await Promise.all(
        Object.entries(planted).map(async ([tenant, apiKey]) => {
          registry.register(shop, { tenant, options: { apiKey, baseUrl: parrot.url } });
          const client = registry.tenant(tenant).get(shop);
          await client
            .getItem(apiKey)
            .catch((error: unknown) => logger.error('a call failed', { tenant, error }));
          logger.info('by mistake', { tenant, options: { apiKey }, token: apiKey });
        }),
      );
      const scrape = await createMetrics({ exemplars })(registry.list(), 'openmetrics');
      await telemetry.shutdown();

      expect(collector.spans().length).toBeGreaterThanOrEqual(shapes.length * 2);
      expect(collector.logs().length).toBeGreaterThanOrEqual(shapes.length * 2);
      expect(lines.length).toBeGreaterThanOrEqual(shapes.length * 2);
      const everything = [JSON.stringify(collector.batches), lines.join(''), scrape.text].join('\n');
      expect(findCanaries(everything, planted)).toEqual([]);
    });
  });
});
