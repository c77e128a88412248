import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { localhost, otherHost } from '../__fixtures__/certificates.ts';
import { openRig, startServer } from '../__tests__/rig.ts';
import { encodeResult } from '../fake/encode.ts';
import { fakePeople } from '../testing.ts';

const ada = fakePeople[0]?.password ?? '';
const granted = (id = 1) => encodeResult(id, 0x78, { code: 0 });
const methods = ({ exchanges }: { readonly exchanges: readonly { readonly method: string }[] }) =>
  exchanges.map(({ method }) => method);

describe('TLS', () => {
  it('is begun by StartTLS before anything else is sent', async () => {
    await using rig = await openRig({ tls: localhost });
    const client = rig.connect();
    await client.authenticate('ada', ada);
    // The service account's connection, and the person's own.
    expect(methods(rig.fake)).toEqual([
      'EXTENDED',
      'BIND',
      'SEARCH',
      'EXTENDED',
      'BIND',
      'SEARCH',
      'SEARCH',
      'SEARCH',
      'SEARCH',
    ]);
  });

  it('stands from the beginning with ldaps://', async () => {
    await using rig = await openRig({ tls: localhost, ldaps: true });
    expect((await rig.connect().findUser('ada')).login).toBe('ada');
    expect(methods(rig.fake)).toEqual(['BIND', 'SEARCH']);
  });

  it('is demanded: where a server refuses it, no password is sent', async () => {
    await using rig = await openRig();
    const client = rig.connect({ startTls: true });
    await expect(client.authenticate('ada', ada)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'start_tls_refused',
    });
    expect(methods(rig.fake)).toEqual(['EXTENDED']);
  });

  it.each([
    ['another authority', { ca: otherHost.cert }],
    ['another host', { serverName: 'other.example' }],
  ])('is not begun with a certificate of %s', async (_what, wrong) => {
    await using rig = await openRig({ tls: localhost });
    await expect(rig.connect(wrong).authenticate('ada', ada)).rejects.toMatchObject({
      reason: 'certificate_refused',
    });
    expect(methods(rig.fake)).toEqual(['EXTENDED']);
  });

  it('tells when the certificate ends', async () => {
    await using rig = await openRig({ tls: localhost });
    await rig.connect().findUser('ada');
    const [, fields] = rig.log.find(([message]) => message.includes('certificate of')) ?? [];
    expect(fields).toMatchObject({
      kind: 'certificate',
      at: Date.parse(new X509Certificate(localhost.cert).validTo),
    });
  });

  it.each([
    ['a whole message', Buffer.concat([granted(), granted(2)])],
    ['part of a message', Buffer.concat([granted(), Buffer.from([0x30, 50, 1])])],
  ])('StartTLS injection: %s behind the answer, in the clear, ends the connection', async (_what, bytes) => {
    const got: Buffer[] = [];
    await using server = await startServer((socket) => {
      socket.once('data', () => socket.write(bytes));
      socket.on('data', (chunk) => got.push(chunk));
    });
    await using rig = await openRig();
    const client = rig.connect({ urls: [server.url], startTls: true, ca: localhost.cert });
    await expect(client.authenticate('ada', ada)).rejects.toMatchObject({
      reason: 'tls_failed',
    });
    // The request for StartTLS, and nothing of a handshake.
    expect(got).toHaveLength(1);
  });
});

describe('what is no directory', () => {
  it.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'not_ldap'],
    ['a message of four gigabytes', Buffer.from([0x30, 0x84, 255, 255, 255, 255]), 'message_too_large'],
    ['a message that is none inside', Buffer.from([0x30, 3, 1, 1, 1]), 'not_ldap'],
  ])('%s is a typed error at once', async (_what, answer, reason) => {
    await using server = await startServer((socket) => socket.once('data', () => socket.write(answer)));
    await using rig = await openRig();
    const client = rig.connect({ urls: [server.url] });
    await expect(rig.until(client.findUser('ada'))).rejects.toMatchObject({
      code: 'internal',
      reason,
      message: expect.stringContaining(server.url),
    });
  });

  it('a larger entry than maxMessageBytes is not taken in', async () => {
    await using rig = await openRig();
    rig.fake.put('uid=large,ou=people,dc=example,dc=org', {
      objectClass: 'inetOrgPerson',
      uid: 'large',
      cn: 'x'.repeat(3_000),
      entryUUID: '1',
    });
    const client = rig.connect({ maxMessageBytes: 2_048 });
    await expect(rig.until(client.findUser('large'))).rejects.toMatchObject({
      reason: 'message_too_large',
    });
    expect((await rig.until(client.findUser('ada'))).login).toBe('ada');
  });

  it('a host that nobody knows, or a port where nobody listens, is unavailable', async () => {
    await using rig = await openRig();
    await expect(
      rig.until(rig.connect({ urls: ['ldap://no-such-host.invalid'] }).findUser('ada')),
    ).rejects.toMatchObject({ code: 'unavailable', reason: 'unknown_host' });
    await expect(
      rig.until(rig.connect({ urls: ['ldap://127.0.0.1:1'] }).findUser('ada')),
    ).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'connection_refused',
      retryable: true,
    });
  });
});

describe('an internal network that the options do not trust', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '169.254.169.254', '10.0.0.1', '[::ffff:127.0.0.1]'])(
    'is not connected to: %s',
    async (host) => {
      let connections = 0;
      const server = createServer().on('connection', () => {
        connections += 1;
      });
      server.listen(0, '127.0.0.1');
      await using rig = await openRig();
      const { port } = server.address() as { readonly port: number };
      const client = rig.connect({ urls: [`ldap://${host}:${port}`], privateNetwork: false });
      await expect(rig.until(client.findUser('ada'))).rejects.toMatchObject({
        code: 'permission_denied',
        reason: 'egress_refused',
      });
      expect(connections).toBe(0);
      server.close();
    },
  );
});
