import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it, test } from 'vitest';
import { isSigned, joinEscaped, signBody, signItem } from './webhooks/signature.ts';
import { verify, type WebhookRules } from './webhooks/verify.ts';

const hexKey = 'A1B2'.repeat(16);
const rules: WebhookRules = {
  hmacKeys: [new Secret(hexKey)],
  user: undefined,
  password: undefined,
  maxAgeMs: undefined,
  nowMs: Date.UTC(2030, 0, 1),
};
const item = {
  pspReference: 'QFQTPCQ8HXSKGK82',
  originalReference: '',
  merchantAccountCode: 'Merchant',
  merchantReference: 'order-1',
  amount: { value: 1_000, currency: 'EUR' },
  eventCode: 'AUTHORISATION',
  eventDate: '2030-01-01T00:00:00+00:00',
  success: 'true',
};
const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const webhook = (items: readonly object[], key = hexKey, signed: readonly object[] = items) => ({
  body: bytes({
    live: 'false',
    notificationItems: items.map((one, index) => ({
      NotificationRequestItem: {
        ...one,
        additionalData: { hmacSignature: signItem(signed[index] as typeof item, key) },
      },
    })),
  }),
  headers: {},
});
const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error as { readonly code: string; readonly reason: string };
  }
  return { code: 'accepted', reason: '' };
};

interface Vectors {
  readonly cases: readonly {
    readonly id: string;
    readonly expect: 'accept' | 'reject';
    readonly secretHex: string;
    readonly item?: object;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly dataToSign?: string;
    readonly signature?: string;
  }[];
}

describeVectors('webhooks by Adyen’s own examples', 'webhooks', (folder) => {
  const { cases } = JSON.parse(readFileSync(join(folder, 'adyen.json'), 'utf8')) as Vectors;
  it.each(cases)(
    '$id is to $expect',
    ({ secretHex, item: one, body, headers = {}, dataToSign = '', signature, expect: wanted }) => {
      const keyed = { ...rules, hmacKeys: [new Secret(secretHex)] };
      if (one === undefined && body === undefined) {
        // A line of names and values: Adyen's escaping of what separates them.
        const fields = dataToSign.split(/(?<!\\):/).map((field) => field.replace(/\\(.)/g, '$1'));
        expect(joinEscaped(fields)).toBe(dataToSign);
        expect(isSigned([dataToSign], signature, keyed.hmacKeys)).toBe(wanted === 'accept');
        return;
      }
      const delivery = {
        body: bytes(body ?? { live: 'false', notificationItems: [{ NotificationRequestItem: one }] }),
        headers,
      };
      const { code } = refusal(() => verify(delivery, keyed));
      expect(code).toBe(wanted === 'accept' ? 'accepted' : 'unauthenticated');
    },
  );
});

describe('standard webhooks', () => {
  test('are read, every item of a batch', () => {
    const other = {
      ...item,
      pspReference: 'OTHER',
      eventCode: 'CAPTURE',
      originalReference: item.pspReference,
      success: 'false',
    };
    const verified = verify(webhook([item, other]), rules);
    expect(verified).toMatchObject({
      kind: 'standard',
      live: false,
      notifications: [
        {
          eventCode: 'AUTHORISATION',
          success: true,
          merchantReference: 'order-1',
          originalReference: undefined,
          eventDate: rules.nowMs,
        },
        { eventCode: 'CAPTURE', success: false, originalReference: item.pspReference },
      ],
    });
    expect(
      JSON.stringify(verified, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('hmacSignature');
  });

  test('are refused whole when one item of a batch is not right', () => {
    const forged = webhook([item, { ...item, amount: { value: 9_999, currency: 'EUR' } }], hexKey, [
      item,
      item,
    ]);
    expect(refusal(() => verify(forged, rules))).toMatchObject({
      code: 'unauthenticated',
      reason: 'signature',
    });
    expect(refusal(() => verify(webhook([]), rules)).code).toBe('unauthenticated');
  });

  test.each([
    'pspReference',
    'originalReference',
    'merchantAccountCode',
    'merchantReference',
    'eventCode',
    'success',
  ])('are refused when %s was changed', (field) => {
    const changed = { ...item, [field]: field === 'success' ? 'false' : 'X' };
    expect(refusal(() => verify(webhook([changed], hexKey, [item]), rules)).code).toBe('unauthenticated');
  });

  test('are good by the key being replaced as well as by the new one, and by no other', () => {
    const [old, fresh] = ['0F'.repeat(32), hexKey];
    const both = { ...rules, hmacKeys: [new Secret(fresh), new Secret(old)] };
    for (const key of [old, fresh]) expect(verify(webhook([item], key), both).kind).toBe('standard');
    expect(refusal(() => verify(webhook([item], 'FF'.repeat(32)), both)).code).toBe('unauthenticated');
  });

  test('of a reference with a colon or a backslash are good escaped and as it is, and lend nothing to a neighbour', () => {
    const colon = { ...item, merchantReference: 'a:b\\c' };
    expect(verify(webhook([colon]), rules).kind).toBe('standard');
    const fields = ['QFQTPCQ8HXSKGK82', '', 'Merchant', 'a:b\\c', '1000', 'EUR', 'AUTHORISATION', 'true'];
    const escaped = joinEscaped(fields);
    expect(escaped).toContain('a\\:b\\\\c');
    const signature = signBody(escaped, hexKey);
    const body = bytes({
      live: 'false',
      notificationItems: [
        { NotificationRequestItem: { ...colon, additionalData: { hmacSignature: signature } } },
      ],
    });
    expect(verify({ body, headers: {} }, rules).kind).toBe('standard');
    const moved = { ...item, merchantAccountCode: 'Merchant:a', merchantReference: 'b\\c' };
    expect(refusal(() => verify(webhook([moved], hexKey, [colon]), rules)).code).toBe('unauthenticated');
  });

  test('are believed only while a key is set, and one that is a key', () => {
    expect(refusal(() => verify(webhook([item]), { ...rules, hmacKeys: [] }))).toMatchObject({
      code: 'failed_precondition',
      reason: 'no_secret',
    });
    const broken = { ...rules, hmacKeys: [new Secret('not hexadecimal')] };
    expect(refusal(() => verify(webhook([item]), broken))).toMatchObject({
      code: 'failed_precondition',
      reason: 'malformed_key',
    });
  });

  test('are refused for credentials that are not the endpoint’s', () => {
    const guarded = { ...rules, user: 'adyen', password: new Secret('a:b') };
    const basic = (text: string) => ({
      ...webhook([item]),
      headers: { Authorization: `Basic ${Buffer.from(text).toString('base64')}` },
    });
    expect(verify(basic('adyen:a:b'), guarded).kind).toBe('standard');
    for (const wrong of [basic('adyen:a'), basic('adyen:a:bb'), webhook([item])])
      expect(refusal(() => verify(wrong, guarded))).toMatchObject({
        code: 'unauthenticated',
        reason: 'credentials',
      });
    const twice = {
      ...webhook([item]),
      headers: { authorization: [basic('adyen:a:b').headers.Authorization, 'x'] },
    };
    expect(refusal(() => verify(twice, guarded)).reason).toBe('credentials');
  });

  test('may be of any age, unless an age is set', () => {
    const old = { ...rules, nowMs: rules.nowMs + 3_600_001 };
    expect(verify(webhook([item]), old).kind).toBe('standard');
    expect(refusal(() => verify(webhook([item]), { ...old, maxAgeMs: 3_600_000 })).reason).toBe('time');
    expect(verify(webhook([item]), { ...old, maxAgeMs: 3_600_001 }).kind).toBe('standard');
    const undated = { ...item, eventDate: undefined };
    expect(refusal(() => verify(webhook([undated]), { ...rules, maxAgeMs: 3_600_000 })).reason).toBe('time');
  });

  test.each([
    ['parsed', JSON.parse('{"live":"false"}'), 'invalid_argument'],
    ['no JSON', bytes('live=false'), 'unauthenticated'],
    ['no UTF-8', Uint8Array.of(0xff, 0xfe), 'unauthenticated'],
    ['empty', new Uint8Array(), 'unauthenticated'],
    ['another document', bytes({ hello: 'world' }), 'unauthenticated'],
  ])('are refused when the body is %s', (_, body, code) => {
    expect(refusal(() => verify({ body, headers: {} }, rules)).code).toBe(code);
  });

  test('carry an amount in a currency that nobody knows without one', () => {
    const strange = { ...item, amount: { value: 1, currency: 'CNH' } };
    expect(verify(webhook([strange]), rules)).toMatchObject({ notifications: [{ amount: undefined }] });
  });
});

describe('platform webhooks', () => {
  const body = bytes({
    type: 'recurring.token.created',
    environment: 'live',
    timestamp: '2030-01-01T00:00:00Z',
    data: { id: 'x' },
  });

  test('are read once the bytes are signed', () => {
    const headers = { HmacSignature: signBody(body, hexKey) };
    expect(verify({ body, headers }, rules)).toEqual({
      kind: 'platform',
      type: 'recurring.token.created',
      live: true,
      timestamp: rules.nowMs,
      data: { id: 'x' },
    });
    expect(
      refusal(() => verify({ body, headers }, { ...rules, nowMs: rules.nowMs + 10_000, maxAgeMs: 9_999 }))
        .reason,
    ).toBe('time');
    for (const [at] of body.entries()) {
      const changed = Uint8Array.from(body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(refusal(() => verify({ body: changed, headers }, rules)).code).toBe('unauthenticated');
    }
  });
});
