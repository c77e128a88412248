import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { askFrom } from '../__fixtures__/ask-from.ts';
import { clientAddress, networkFault, toNetworks } from './addresses.ts';
import { createGeo } from './geo.ts';

const headers = (fields: Record<string, string>) => new Headers(fields);
describe('networks', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:DB8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
  ])('%s has %s: %s', (network, address, expected) => {
    expect(toNetworks([network]).has(clientAddress(address, headers({}), toNetworks([])) ?? '')).toBe(
      expected,
    );
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '::1/129',
    'localhost',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    '',
    '1.2.3.4/-1',
    '010.0.0.1',
  ])('%j is none', (text) => {
    expect(networkFault(text)).toBeDefined();
  });
});

describe('the address of a client', () => {
  const trusted = toNetworks(['10.0.0.0/8', '2001:db8::/32']);
  it.each([
    ['203.0.113.9', { 'x-forwarded-for': '198.51.100.1' }, '203.0.113.9', 'a stranger says whose it is'],
    ['10.0.0.1', { 'x-forwarded-for': '198.51.100.1' }, '198.51.100.1', 'a proxy says whose it is'],
    [
      '10.0.0.1',
      { 'x-forwarded-for': '127.0.0.1, 198.51.100.1' },
      '198.51.100.1',
      'the client wrote on the left',
    ],
    [
      '10.0.0.1',
      { 'x-forwarded-for': '198.51.100.1, 10.0.0.2, 10.0.0.3' },
      '198.51.100.1',
      'it came through three',
    ],
    [
      '10.0.0.1',
      { 'x-forwarded-for': '198.51.100.1, nonsense' },
      '10.0.0.1',
      'what the proxy wrote is no address',
    ],
    ['10.0.0.1', { 'x-forwarded-for': '10.0.0.7, 10.0.0.8' }, '10.0.0.7', 'all are proxies'],
    ['10.0.0.1', {}, '10.0.0.1', 'the proxy says nothing'],
    ['10.0.0.1', { 'x-forwarded-for': '' }, '10.0.0.1', 'the header is empty'],
    ['10.0.0.1', { 'x-forwarded-for': '198.51.100.1:4711' }, '198.51.100.1', 'with its port'],
    ['10.0.0.1', { 'x-forwarded-for': '[2001:db9::1]:4711' }, '2001:db9::1', 'with its port, in brackets'],
    ['10.0.0.1', { forwarded: 'for=198.51.100.7;proto=https, for=10.0.0.9' }, '198.51.100.7', 'by RFC 7239'],
    ['10.0.0.1', { forwarded: 'For="[2001:db9::cafe]:47011"' }, '2001:db9::cafe', 'by RFC 7239, quoted'],
    ['10.0.0.1', { forwarded: 'for=_hidden, for=unknown' }, '10.0.0.1', 'by RFC 7239, and is hidden'],
    [
      '10.0.0.1',
      { forwarded: 'for=198.51.100.7', 'x-forwarded-for': '192.0.2.1' },
      '198.51.100.7',
      'by both',
    ],
    ['::ffff:10.0.0.1', { 'x-forwarded-for': '::ffff:198.51.100.1' }, '198.51.100.1', 'in the form of IPv6'],
    ['2001:db8::5', { 'x-forwarded-for': '2001:DB9::1' }, '2001:db9::1', 'through a proxy of IPv6'],
  ])('behind %s with %j is %s, when %s', (socket, fields: object, expected, _when) => {
    expect(clientAddress(socket, headers(fields as Record<string, string>), trusted)).toBe(expected);
  });
});

describe('rules on addresses', () => {
  it('let pass what is allowed and not denied, the probes always, and say no more than that', async () => {
    const ask = askFrom({
      network: {
        allow: ['10.0.0.0/8', '198.51.100.0/24'],
        deny: ['10.6.6.0/24'],
        trustedProxies: ['10.0.0.1'],
      },
    });
    const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status;
    expect([await status('10.1.1.1'), await status('10.6.6.6'), await status('203.0.113.1')]).toEqual([
      200, 403, 403,
    ]);
    expect(await status('10.0.0.1', { 'x-forwarded-for': '203.0.113.1' })).toBe(403);
    expect(await status('203.0.113.1', { 'x-forwarded-for': '10.1.1.1' })).toBe(403);
    expect(await status('203.0.113.1', {}, '/livez')).toBe(200);
    expect(await status('203.0.113.1', {}, '/nothing')).toBe(403);
    expect(await status('not an address')).toBe(403);
    expect(await (await ask('203.0.113.1')).text()).not.toContain('203.0.113.1');
  });

  it('are refused as a whole, with every fault', () => {
    const make = () =>
      askFrom({
        network: { allow: ['10.0.0.0/40'], trustedProxies: ['x'], geo: { database: '', allow: ['fr'] } },
      });
    for (const part of [
      'network.allow[0]',
      'network.trustedProxies[0]',
      'network.geo.database',
      'network.geo.allow[0]',
    ])
      expect(make).toThrow(part);
  });
});

describe('rules by country', () => {
  const lines: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    error: (line, fields) => lines.push(`${line} ${JSON.stringify(fields)}`),
  };

  it('let nobody pass without the database, and say so', async () => {
    const ask = askFrom({ network: { geo: { database: '/nowhere/x.mmdb', allowUnknown: true } }, logger });
    expect((await ask('203.0.113.1')).status).toBe(403);
    expect((await ask('203.0.113.1', {}, '/readyz')).status).toBe(200);
    expect(lines.join()).toContain('nobody passes');
    expect(lines.join()).toContain('ENOENT');
  });

  describeVectors('by a database of MaxMind', 'maxmind', (folder) => {
    const database = join(folder, 'test-data/GeoIP2-Country-Test.mmdb');
    type Row = Record<string, { readonly country?: { readonly iso_code: string } }>;
    const rows = (
      JSON.parse(readFileSync(join(folder, 'source-data/GeoIP2-Country-Test.json'), 'utf8')) as Row[]
    )
      .flatMap((row) => Object.entries(row))
      .map(([network, { country }]) => ({
        address: network.split('/')[0] ?? '',
        country: country?.iso_code,
      }));

    it('agree with its source on every network', () => {
      const countries = [...new Set(rows.flatMap(({ country }) => country ?? []))];
      expect(countries.length).toBeGreaterThan(10);
      const wrong: unknown[] = [];
      for (const country of countries) {
        const only = createGeo({ database, allow: [country] }, silentLogger);
        const not = createGeo({ database, deny: [country], allowUnknown: true }, silentLogger);
        for (const row of rows) {
          const passes = [only, not].map((geo) => geo.fault(row.address) === undefined);
          const isOwn = row.country === country;
          if (passes[0] !== isOwn || passes[1] === isOwn) wrong.push([country, row.address, passes]);
        }
      }
      expect(wrong).toEqual([]);
    });

    it('take a new database when they are read again, and keep the old one when that cannot be read', async () => {
      const place = await mkdtemp(join(tmpdir(), 'im-geo-'));
      const file = join(place, 'geo.mmdb');
      const geo = createGeo({ database: file, allowUnknown: true }, logger);
      expect(geo.fault('203.0.113.1')).toBe('no_database');
      await copyFile(database, file);
      geo.reload();
      expect(geo.fault('203.0.113.1')).toBeUndefined();
      await writeFile(file, 'nonsense');
      geo.reload();
      expect(geo.fault('203.0.113.1')).toBeUndefined();
      await rm(place, { recursive: true });
    });
  });
});
