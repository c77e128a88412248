import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { money, type RawWebhook } from '@im/payments';
import { startFakeServer } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { failure, openPaypal } from './__tests__/payments.ts';
import { testMethods } from './fake/methods.ts';
import { type LeafOptions, leafPem, rootPem, signDelivery } from './fake/signing.ts';
import { sampleTenant } from './fake/starter-ids.ts';
import { webhookIdOf } from './fake/world.ts';
import { issueCertificate } from './fake/x509.ts';
import { signedText } from './webhook/verify.ts';

const event = {
  id: 'WH-2WR32451HC0233532-67976317FL4543714',
  event_type: 'PAYMENT.CAPTURE.COMPLETED',
  resource_type: 'capture',
  resource: { id: '27M47624FP291604U' },
};

/** A client, and a delivery that is right for it. */
async function open(how: Parameters<typeof openPaypal>[0] = {}) {
  const opened = await openPaypal({ record: false, ...how });
  const { webhookId } = opened.fake.account();
  const delivery = (webhook: string = webhookId, nowMs: number = opened.clock.now(), body: object = event) =>
    signDelivery(
      {
        body: JSON.stringify(body),
        webhookId: webhook,
        transmissionId: '69cd13f0-d67a-11e5-baa3-778b53f4ae55',
      },
      nowMs,
    );
  const verify = (webhook: RawWebhook) => opened.client.verifyWebhook(webhook, undefined);
  return Object.assign(opened, { delivery, verify });
}
const withHeaders = (
  { body, headers }: RawWebhook,
  changed: Readonly<Record<string, string | undefined>>,
): RawWebhook => ({ body, headers: { ...headers, ...changed } });

describe('what PayPal signs', () => {
  it('is id, time, webhook and the decimal CRC-32 of the body', () => {
    const body = new TextEncoder().encode('{"id":"x"}');
    expect(signedText('t-1', '2030-01-01T00:00:00Z', 'WH1', body)).toBe(
      `t-1|2030-01-01T00:00:00Z|WH1|${crc32(body)}`,
    );
    // The check value of CRC-32: https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc
    expect(signedText('', '', '', new TextEncoder().encode('123456789'))).toBe('|||3421780262');
  });
});

describe('a delivery', () => {
  it('is believed when it is signed, with the certificate fetched once', async () => {
    await using opened = await open();
    const { fake, clock, verify, delivery } = opened;
    const first = await verify(delivery());
    expect(first).toMatchObject({
      id: '69cd13f0-d67a-11e5-baa3-778b53f4ae55',
      signedAt: clock.now(),
      webhookId: fake.account().webhookId,
      event: { id: event.id, eventType: event.event_type, resource: event.resource },
    });
    await verify(delivery());
    const fetched = fake.exchanges.filter(({ target }) => target.startsWith('/v1/notifications/certs/'));
    expect(fetched).toHaveLength(1);
    expect(Object.keys(fetched[0]?.requestHeaders ?? {})).not.toContain('authorization');
  });

  it('is believed for each of several webhooks, while one is replaced by another', async () => {
    await using opened = await open({ options: { webhookIds: ['OLD1', 'NEW2'] } });
    for (const id of ['OLD1', 'NEW2']) expect((await opened.verify(opened.delivery(id))).webhookId).toBe(id);
    expect(await failure(opened.verify(opened.delivery('OTHER3')))).toMatchObject({
      code: 'unauthenticated',
      reason: 'wrong_signature',
    });
  });

  it('is refused while no webhook is set, whatever it holds', async () => {
    await using opened = await open({ options: { webhookIds: [] } });
    for (const one of [opened.delivery(), { body: new Uint8Array(), headers: {} }])
      expect(await failure(opened.verify(one))).toMatchObject({
        code: 'failed_precondition',
        reason: 'no_secret',
      });
    expect(opened.fake.exchanges).toEqual([]);
  });

  it('is refused when anything of what is signed was changed', async () => {
    await using opened = await open();
    const good = opened.delivery();
    const other = opened.delivery(undefined, undefined, { ...event, id: 'WH-OTHER' });
    const changes: readonly RawWebhook[] = [
      { ...good, body: other.body },
      withHeaders(good, { 'paypal-transmission-id': '69cd13f0-d67a-11e5-baa3-778b53f4ae56' }),
      withHeaders(good, { 'paypal-transmission-time': '2030-01-01T00:00:01Z' }),
      withHeaders(good, { 'paypal-transmission-sig': other.headers['paypal-transmission-sig'] }),
    ];
    for (const one of changes)
      expect(await failure(opened.verify(one))).toMatchObject({
        code: 'unauthenticated',
        reason: 'wrong_signature',
      });
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['no signature', { 'paypal-transmission-sig': undefined }, 'no_signature'],
    ['no id', { 'paypal-transmission-id': undefined }, 'no_signature'],
    ['no certificate', { 'paypal-cert-url': undefined }, 'no_signature'],
    ['no time', { 'paypal-transmission-time': undefined }, 'malformed_signature'],
    ['another algorithm', { 'paypal-auth-algo': 'SHA1withRSA' }, 'malformed_signature'],
    ['none as algorithm', { 'paypal-auth-algo': 'none' }, 'malformed_signature'],
    ['no algorithm', { 'paypal-auth-algo': undefined }, 'malformed_signature'],
    ['a signature that is no base64', { 'paypal-transmission-sig': 'x|y' }, 'malformed_signature'],
    ['an id that would change what is signed', { 'paypal-transmission-id': 'a|b' }, 'malformed_signature'],
    ['a time that is none', { 'paypal-transmission-time': 'now|' }, 'malformed_signature'],
    [
      'a time of the 13th month',
      { 'paypal-transmission-time': '2030-13-01T00:00:00Z' },
      'outside_time_window',
    ],
  ])('is refused with %s', async (_what, headers, reason) => {
    await using opened = await open();
    const error = await failure(opened.verify(withHeaders(opened.delivery(), headers)));
    expect(error).toMatchObject({ code: 'unauthenticated', reason });
    expect(opened.fake.exchanges).toEqual([]);
  });

  it('is refused when it is old, or from the future, by more than five minutes', async () => {
    await using opened = await open();
    const { clock, delivery, verify } = opened;
    for (const away of [-301_000, 301_000])
      expect(await failure(verify(delivery(undefined, clock.now() + away)))).toMatchObject({
        code: 'unauthenticated',
        reason: 'outside_time_window',
      });
    for (const away of [-299_000, 299_000])
      expect((await verify(delivery(undefined, clock.now() + away))).event.id).toBe(event.id);
  });

  it('is refused when its body was parsed already', async () => {
    await using opened = await open();
    const { headers } = opened.delivery();
    const parsed = event as unknown as Uint8Array;
    expect(await failure(opened.verify({ body: parsed, headers }))).toMatchObject({
      code: 'invalid_argument',
      reason: 'parsed_body',
    });
  });

  it('that is signed and is no event is a fault, not an attack', async () => {
    await using opened = await open();
    const { webhookId } = opened.fake.account();
    const delivery = signDelivery({ body: '[]', webhookId, transmissionId: 't-1' }, opened.clock.now());
    expect(await failure(opened.verify(delivery))).toMatchObject({ code: 'internal', reason: 'no_event' });
  });
});

describe('the address of a certificate', () => {
  it.each([
    'https://evil.example/v1/notifications/certs/CERT-1',
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1',
    'https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1',
    'https://user:password@api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com:8443/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/notifications/certs/CERT-1?to=https://evil.example',
    'https://api.paypal.com/v1/notifications/certs/CERT-1#x',
    'https://api.paypal.com/v1/notifications/certs/../../../v2/checkout/orders',
    'https://api.paypal.com/v1/notifications/certs/%2e%2e%2fx',
    'https://api.paypal.com/v1/notifications/certs/a/b',
    'https://api.paypal.com/redirect',
    'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1',
    'https://169.254.169.254/v1/notifications/certs/CERT-1',
    'https://paypal.com/v1/notifications/certs/CERT-1',
    'file:///etc/passwd',
    'not an address',
  ])('%s is asked for nothing', async (address) => {
    await using opened = await open();
    const error = await failure(
      opened.verify(withHeaders(opened.delivery(), { 'paypal-cert-url': address })),
    );
    expect(error).toMatchObject({ code: 'unauthenticated', reason: 'untrusted_certificate' });
    expect(opened.fake.exchanges).toEqual([]);
  });

  it('must be of the environment', async () => {
    await using opened = await open({ options: { environment: 'sandbox' } });
    opened.fake.serveCertificate(leafPem({}, 'sandbox'));
    const delivery = opened.delivery();
    expect(await failure(opened.verify(delivery))).toMatchObject({ reason: 'untrusted_certificate' });
    const address = delivery.headers['paypal-cert-url']?.replace('api.paypal.com', 'api.sandbox.paypal.com');
    const { event: verified } = await opened.verify(withHeaders(delivery, { 'paypal-cert-url': address }));
    expect(verified.id).toBe(event.id);
  });

  it('is not followed to another host', async () => {
    await using opened = await open();
    await using other = await startFakeServer({ name: 'other', record: () => {}, routes: {} });
    opened.fake.inject({
      path: /certs/,
      fault: {
        kind: 'status',
        status: 302,
        headers: { location: other.url.replace('127.0.0.1', 'localhost') },
      },
    });
    expect(await failure(opened.verify(opened.delivery()))).toMatchObject({ reason: 'egress_refused' });
    expect(other.exchanges).toEqual([]);
  });
});

describe('a certificate', () => {
  const day = 86_400_000;
  const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const { privateKey: weak } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
  const { privateKey: curve } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  it.each<[string, LeafOptions, string]>([
    ['that signed itself', { selfSigned: true }, 'no trusted authority'],
    ['that was issued by one that is no authority', { issuedByLeaf: true }, 'no trusted authority'],
    ['whose issuer is not there', { alone: true }, 'no trusted authority'],
    ['of another name', { name: 'messageverificationcerts.evil.example' }, 'not issued to'],
    ['of the sandbox', { name: 'messageverificationcerts.sandbox.paypal.com' }, 'not issued to'],
    ['of a name with more before it', { name: 'x.messageverificationcerts.paypal.com' }, 'not issued to'],
    ['of every name', { name: '*.paypal.com' }, 'not issued to'],
    ['that has ended', { notAfter: Date.UTC(2030, 0, 1) - 1_000 }, 'not valid now'],
    ['that has not begun', { notBefore: Date.UTC(2030, 0, 1) + day }, 'not valid now'],
    ['with a short key', { key: weak }, 'not of the kind'],
    ['with a key of another kind', { key: curve }, 'not of the kind'],
  ])('%s is not believed', async (_what, options, says) => {
    await using opened = await open();
    opened.fake.serveCertificate(leafPem(options));
    const error = await failure(opened.verify(opened.delivery()));
    expect(error).toMatchObject({ code: 'unauthenticated', reason: 'untrusted_certificate' });
    expect(error.message).toContain(says);
  });

  it('of PayPal with another key has not signed this', async () => {
    await using opened = await open();
    opened.fake.serveCertificate(leafPem({ key: stranger }));
    expect(await failure(opened.verify(opened.delivery()))).toMatchObject({ reason: 'wrong_signature' });
  });

  it('that anybody made for PayPal’s name, with an authority of his own, is not believed', async () => {
    await using opened = await open();
    const fields = { serial: 9, notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2040, 0, 1) };
    const root = issueCertificate({
      ...fields,
      subject: 'R',
      issuer: 'R',
      key: curve,
      signer: curve,
      isAuthority: true,
    });
    const leaf = issueCertificate({
      ...fields,
      subject: 'messageverificationcerts.paypal.com',
      issuer: 'R',
      key: stranger,
      signer: curve,
      isAuthority: false,
    });
    opened.fake.serveCertificate(`${leaf}${root}`);
    const good = opened.delivery();
    const text = signedText(
      good.headers['paypal-transmission-id'] ?? '',
      good.headers['paypal-transmission-time'] ?? '',
      opened.fake.account().webhookId,
      good.body,
    );
    const forged = sign('sha256', Buffer.from(text), stranger).toString('base64');
    const error = await failure(opened.verify(withHeaders(good, { 'paypal-transmission-sig': forged })));
    expect(error.message).toContain('no trusted authority');
  });

  it('is believed without its issuer when it is pinned itself', async () => {
    const pinned = leafPem({ alone: true });
    await using opened = await open({ options: { webhookRoots: [pinned] } });
    opened.fake.serveCertificate(pinned);
    expect((await opened.verify(opened.delivery())).event.id).toBe(event.id);
  });

  it('is not believed by the roots that Node trusts when another issued it', async () => {
    await using opened = await open({ options: { webhookRoots: undefined } });
    expect((await failure(opened.verify(opened.delivery()))).message).toContain('no trusted authority');
  });

  it.each([
    ['no certificate', 'hello'],
    ['a broken one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['a root alone', rootPem()],
    ['more of them than a chain has', leafPem().repeat(3)],
  ])('is not read from %s', async (_what, pem) => {
    await using opened = await open();
    opened.fake.serveCertificate(pem);
    const error = await failure(opened.verify(opened.delivery()));
    expect(error).toMatchObject({ code: 'unauthenticated', reason: 'untrusted_certificate' });
  });

  it('is not read beyond 64 KiB', async () => {
    await using opened = await open();
    opened.fake.serveCertificate(`${leafPem()}${' '.repeat(70_000)}`);
    expect((await failure(opened.verify(opened.delivery()))).message).toMatch(/too large|65,?536/);
  });

  it('that was fetched is not believed any longer once it has ended', async () => {
    await using opened = await open();
    const { clock, fake, delivery, verify } = opened;
    fake.serveCertificate(leafPem({ notAfter: clock.now() + day }));
    await verify(delivery());
    await clock.advance(day + 1_000);
    expect((await failure(verify(delivery()))).message).toContain('not valid now');
  });

  it('is asked for again when it could not be had', async () => {
    await using opened = await open();
    opened.fake.inject({ path: /certs/, fault: { kind: 'status', status: 503 } });
    expect(await failure(opened.verify(opened.delivery()))).toMatchObject({ code: 'unavailable' });
    expect((await opened.verify(opened.delivery())).event.id).toBe(event.id);
  });
});

describe('by postback', () => {
  const options = { webhookVerification: 'postback' } as const;

  it('PayPal says whether it sent a delivery, for each webhook in turn', async () => {
    await using opened = await open({
      options: { ...options, webhookIds: ['OLD1', webhookIdOf(sampleTenant)] },
    });
    const { fake, verify, delivery } = opened;
    expect((await verify(delivery())).webhookId).toBe(fake.account().webhookId);
    const asked = fake.exchanges.filter(({ target }) => target.endsWith('/verify-webhook-signature'));
    expect(asked).toHaveLength(2);
    expect(await failure(verify(delivery('OTHER3')))).toMatchObject({ reason: 'wrong_signature' });
  });

  it('sends the body as it came, byte for byte', async () => {
    await using opened = await open({ options });
    const { fake, clock, verify } = opened;
    const { webhookId } = fake.account();
    const body = '{ "id" : "WH-1",\n  "amount": 1.50, "text": "\\u00e9" }';
    await verify(signDelivery({ body, webhookId, transmissionId: 't-1' }, clock.now()));
    const [asked] = fake.exchanges.filter(({ target }) => target.endsWith('/verify-webhook-signature'));
    expect(new TextDecoder().decode(asked?.requestBody)).toContain(`"webhook_event":${body}}`);
  });

  it('asks nothing about a body that would say something else in the question', async () => {
    await using opened = await open({ options });
    const { fake, clock, verify } = opened;
    const { webhookId } = fake.account();
    for (const body of ['{},"webhook_id":"X"', '[]', 'null', '', '{"a":1}}', '"x"']) {
      const delivery = signDelivery({ body, webhookId, transmissionId: 't-1' }, clock.now());
      expect(await failure(verify(delivery)), body).toMatchObject({ reason: 'wrong_signature' });
    }
    expect(fake.exchanges.filter(({ target }) => target.includes('verify'))).toEqual([]);
  });

  it('keeps to time and ids all the same', async () => {
    await using opened = await open({ options });
    const old = opened.delivery(undefined, opened.clock.now() - 600_000);
    expect(await failure(opened.verify(old))).toMatchObject({ reason: 'outside_time_window' });
    expect(opened.fake.exchanges).toEqual([]);
  });
});

describe('the fake', () => {
  it('pushes what happens to an address, and again until it is taken', async () => {
    await using opened = await open();
    const { driver, clock, fake, verify } = opened;
    const seen: string[] = [];
    let status = 500;
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = request.headers as Record<string, string>;
      const { event: verified } = await verify({ body: new Uint8Array(Buffer.concat(chunks)), headers });
      seen.push(`${verified.eventType} ${status}`);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    fake.pushTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`);
    const create = { reference: 'pushed', amount: money(1_000n, 'EUR'), method: testMethods.card };
    await driver.create(
      { ...create, capture: 'automatic', confirm: true },
      { signal: new AbortController().signal, idempotencyKey: 'k-1' },
    );
    await fake.idle();
    status = 200;
    await clock.advance(3 * 3_600_000);
    await fake.idle();
    expect(seen.sort()).toEqual([
      'CHECKOUT.ORDER.COMPLETED 200',
      'CHECKOUT.ORDER.COMPLETED 500',
      'PAYMENT.CAPTURE.COMPLETED 200',
      'PAYMENT.CAPTURE.COMPLETED 500',
    ]);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  });
});
