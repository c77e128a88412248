/** Benchmarks of `@im/server`: what the hub costs against the framework it stands on and the least that passes requests on. */
import type { Line } from './measure.ts';
import { audit } from './server/audit.ts';
import { size } from './server/size.ts';
import { startServer, traffic } from './server/traffic.ts';

export async function run(): Promise<readonly Line[]> {
  const vendor = await startServer('vendor');
  try {
    return [
      ...(await traffic('health, against a bare route of the same framework', '/integrations/health', {
        ours: 'hub',
        peer: 'bare-route',
        least: 0.7,
      })),
      ...(await traffic(
        'proxy, against a bare reverse proxy on undici',
        '/proxy/vendor/tracks/1?market=DE',
        { ours: 'hub', peer: 'bare-proxy', least: 0.6 },
        `${vendor.url}/v1`,
      )),
      ...(await audit()),
      ...(await size()),
    ];
  } finally {
    vendor.server.disconnect();
  }
}
