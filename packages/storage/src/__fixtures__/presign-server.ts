/** A memory store behind a small HTTP server that honours presigned URLs, so that the cases on presigning can run. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StorageDriver } from '../driver.ts';
import { memoryDriver } from '../memory/memory-driver.ts';
import { createObjectStore } from '../object-store.ts';
import type { StorageHarness } from '../testing.ts';

const key = 'only for tests';

function sign(method: string, target: string): string {
  return createHmac('sha256', key).update(`${method} ${target}`).digest('hex');
}

/** Broken by tests of the suite: one whose signatures are all the same, one that lets everybody in. */
export function presignHarness(
  broken: { readonly signature?: string; readonly isOpen?: boolean; readonly takesAnyLength?: boolean } = {},
): StorageHarness {
  return {
    async open() {
      const memory = memoryDriver();
      const store = createObjectStore(memory);
      const server = createServer(async (request, response) => {
        const url = new URL(request.url ?? '/', 'http://127.0.0.1');
        const given = url.searchParams.get('signature') ?? '';
        url.searchParams.delete('signature');
        const wanted = sign(request.method ?? '', `${url.pathname}${url.search}`);
        const isGood = broken.isOpen || (given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted)));
        if (!isGood) return response.writeHead(403).end();
        const length = broken.takesAnyLength ? null : url.searchParams.get('length');
        if (length !== null && request.headers['content-length'] !== length) return response.writeHead(403).end();
        const name = decodeURIComponent(url.pathname.slice(1));
        if (request.method === 'PUT') await store.put(name, request);
        return response.end(request.method === 'GET' ? await (await store.get(name)).bytes() : undefined);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const driver: StorageDriver<keyof typeof memory.abilities | 'presign'> = {
        ...memory,
        abilities: { ...memory.abilities, presign: true },
        limits: { ...memory.limits, presign: { maxSeconds: 604_800, contentLength: 'exact' } },
        async presign(name, presign) {
          const length = presign.contentLength === undefined ? '' : `&length=${presign.contentLength.max}`;
          const target = `/${encodeURIComponent(name)}?expires=${presign.expiresInSeconds}${length}`;
          const { signature = sign(presign.method, target) } = broken;
          return {
            method: presign.method,
            url: `http://127.0.0.1:${port}${target}&signature=${signature}`,
            headers: {},
            expiresAt: Date.now() + presign.expiresInSeconds * 1000,
          };
        },
      };
      return {
        driver,
        close: () =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    },
  };
}
