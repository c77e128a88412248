import type { LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VendorError } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { createCall, createContext, failureOf, startServer } from './__tests__/support.ts';
import { isPublicAddress } from './address.ts';
import { createHttp } from './client.ts';
import { createEgressGuard, type EgressRules, guardedLookup, type Resolve } from './egress.ts';
import { none } from './schemas.ts';
import { createTransport } from './shared-transport.ts';

/** Whether a guard refuses, by its own error. */
function refuses(rules: EgressRules, url: string): boolean {
  try {
    createEgressGuard(rules).url(new URL(url));
    return false;
  } catch (error) {
    if (error instanceof VendorError && error.failure.reason === 'egress_refused') return true;
    throw error;
  }
}

describe('the egress guard', () => {
  const rules = { allow: ['api.example.com', '*.cdn.example.com', 'alt.example.com:8443'] };

  it.each([
    'https://api.example.com/x',
    'https://API.example.com./x',
    'https://a.cdn.example.com/',
    'https://a.b.cdn.example.com/',
    'https://alt.example.com:8443/',
  ])('lets %s pass', (url) => {
    expect(refuses(rules, url)).toBe(false);
  });

  it.each([
    'http://api.example.com/',
    'https://api.example.com:444/',
    'https://other.example.com/',
    'https://cdn.example.com/',
    'https://evilcdn.example.com/',
    'https://api.example.com.evil.test/',
    'https://alt.example.com/',
    'https://user@api.example.com/',
    'https://user:password@api.example.com/',
    'ftp://api.example.com/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'https://1.1.1.1/',
  ])('refuses %s', (url) => {
    expect(refuses(rules, url)).toBe(true);
  });

  it('lets a base URL pass that was set on purpose, with its very port and scheme', () => {
    const purpose = { allow: [], onPurpose: ['http://127.0.0.1:8080/base'] };
    expect(refuses(purpose, 'http://127.0.0.1:8080/x')).toBe(false);
    expect(refuses(purpose, 'http://127.0.0.1:8081/x')).toBe(true);
    expect(refuses(purpose, 'http://127.0.0.1/x')).toBe(true);
    expect(refuses(purpose, 'http://localhost:8080/x')).toBe(true);
    expect(refuses(purpose, 'http://169.254.169.254/')).toBe(true);
  });

  it('holds a host that the definition names to public addresses, and not one that was set on purpose', () => {
    const named = createEgressGuard({
      allow: ['api.example.com'],
      onPurpose: ['https://api.example.com/v1'],
    });
    expect(() => named.address('10.0.0.1', 'api.example.com')).toThrow('internal address');
    const onPurpose = createEgressGuard({ allow: ['*'], onPurpose: ['https://gitlab.corp.example/api'] });
    expect(() => onPurpose.address('10.0.0.1', 'gitlab.corp.example')).not.toThrow();
    expect(() => onPurpose.address('10.0.0.1', 'other.corp.example')).toThrow('internal address');
    expect(named.key).not.toBe(onPurpose.key);
  });

  it('judges an address of NAT64 by what is inside it', () => {
    expect(isPublicAddress('64:ff9b::8.8.8.8')).toBe(true);
    expect(isPublicAddress('64:ff9b::10.0.0.1')).toBe(false);
    expect(isPublicAddress('fe80::1%eth0')).toBe(false);
    expect(isPublicAddress('not an address')).toBe(false);
  });

  it('connects to what was checked: a name is resolved once, and internal answers are dropped', async () => {
    let resolutions = 0;
    const answers = (...addresses: readonly string[]): Resolve => {
      return (_host, _options, callback) => {
        resolutions += 1;
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      };
    };
    const lookUp = (resolve: Resolve, all: boolean) =>
      new Promise<string | LookupAddress[]>((done, fail) => {
        guardedLookup(createEgressGuard(rules), resolve)('api.example.com', { all }, (error, address) =>
          error ? fail(error) : done(address),
        );
      });
    await expect(lookUp(answers('10.0.0.1', '93.184.216.34'), false)).resolves.toBe('93.184.216.34');
    await expect(lookUp(answers('::1', '2606:4700:4700::1111'), true)).resolves.toEqual([
      { address: '2606:4700:4700::1111', family: 6 },
    ]);
    expect(await failureOf(lookUp(answers('127.0.0.1', '::ffff:127.0.0.1'), true))).toMatchObject({
      reason: 'egress_refused',
      sent: false,
    });
    expect(resolutions).toBe(3);
  });

  it.each(['undici', 'got'] as const)(
    'stops a name that resolves to this machine before the %s lane connects',
    async (lane) => {
      await using server = await startServer((_request, response) => response.end());
      await using transport = createTransport();
      // Allowed by name, as a vendor's host is; `localtest` stands for one whose owner turned on us.
      const context = createContext({ transport, egress: [`*:${server.port}`] });
      const http = createHttp(context, { baseUrl: 'https://api.example.com', lane });
      const failure = await failureOf(http.get(`https://localhost:${server.port}/`, none, createCall()));
      expect(failure).toMatchObject({ code: 'permission_denied', reason: 'egress_refused', sent: false });
      expect(server.accepted()).toBe(0);
    },
  );

  it('sends no credential to another allowed origin', async () => {
    const { staticToken } = await import('./auth/token-source.ts');
    const seen: (string | undefined)[] = [];
    const handler = (
      request: { headers: { authorization?: string | undefined } },
      response: { end(): void },
    ) => {
      seen.push(request.headers.authorization);
      response.end();
    };
    await using server = await startServer(handler);
    await using other = await startServer(handler);
    await using transport = createTransport();
    const http = createHttp(createContext({ transport }), {
      baseUrl: server.url,
      alsoOnPurpose: [other.url],
      token: staticToken('t0ken'),
    });
    await http.get('x', none, createCall());
    await http.get(`${other.url}/x`, none, createCall());
    expect(seen).toEqual(['Bearer t0ken', undefined]);
  });

  it('keeps a path within the base', async () => {
    const http = createHttp(createContext(), { baseUrl: 'https://api.example.com/v1' });
    for (const path of ['../admin', 'x/../../admin', '..\\admin', '%2e%2e/admin']) {
      expect(await failureOf(http.get(path, none, createCall()))).toMatchObject({
        reason: 'path_outside_base',
        sent: false,
      });
    }
  });
});

describeVectors('egress by the published lists', 'ssrf', (folder) => {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
  const addresses = read('special-addresses.json') as {
    readonly refuse: readonly { readonly first: string; readonly last: string }[];
    readonly allow: readonly string[];
    readonly allowNeighbours: readonly string[];
  };
  const urls = read('urls-1.json') as {
    readonly refuse: readonly string[];
    readonly refuseOrMalformed: readonly string[];
  };
  const open: EgressRules = { allow: ['*'], allowHttp: true };
  const toUrl = (address: string) => `https://${address.includes(':') ? `[${address}]` : address}/`;

  /** The client over a transport that counts what gets through instead of sending it. */
  const connections = async (targets: readonly string[]): Promise<string[]> => {
    const through: string[] = [];
    const http = createHttp(
      createContext({
        egress: ['*'],
        transport: async ({ guard, url }) => {
          guard.url(url);
          through.push(url.href);
          throw new VendorError({ sent: false, reason: 'stubbed' });
        },
      }),
      { baseUrl: 'https://api.example.com' },
    );
    for (const target of targets) await failureOf(http.get(target, none, createCall()));
    return through;
  };

  it('refuses the first and the last address of every special block', () => {
    const wrong = addresses.refuse
      .flatMap(({ first, last }) => [first, last])
      .filter((address) => isPublicAddress(address) || !refuses(open, toUrl(address)));
    expect(wrong).toEqual([]);
  });

  it('refuses no public address and no neighbour of a special block', () => {
    const all = [...addresses.allow, ...addresses.allowNeighbours];
    expect(all.filter((address) => !isPublicAddress(address) || refuses(open, toUrl(address)))).toEqual([]);
  });

  it('opens no connection to any listed URL', async () => {
    const wellFormed = [...urls.refuse, ...urls.refuseOrMalformed].filter((url) => URL.canParse(url));
    const internal = wellFormed.filter((url) => !refuses(open, url));
    // What is left names a public host once it is parsed as the URL standard says, and resolves or not like any other.
    for (const url of internal) expect(urls.refuse).not.toContain(url);
    expect(
      (await connections(urls.refuse.filter((url) => /^[a-z]+:/.test(url) && URL.canParse(url)))).length,
    ).toBe(0);
  });
});
