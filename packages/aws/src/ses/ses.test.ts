import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import type { EmailAddress, SimpleEmail } from './model.ts';
import { ses } from './ses.ts';
import { harness, type SesFake, startFake } from './testing.ts';

describeIntegration(ses, harness);

type Setup = Parameters<typeof connect<typeof ses, SesFake>>[2];
const open = (setup: Setup = {}) => connect(ses, startFake, setup);
const simple = {
  from: 'shop@example.com',
  to: ['ann@example.org'],
  subject: 'Grüße ✓',
  text: 'one\nline',
} as const satisfies SimpleEmail;

describe('an e-mail', () => {
  it('arrives as it was written, with its headers and tags', async () => {
    await using one = await open();
    const headers = { 'List-Unsubscribe': '<https://example.com/u>' };
    const tags = { campaign: 'a.b@c' };
    const email = { ...simple, html: '<p>ü</p>', cc: ['bob@example.org'], headers, tags };
    const { id } = await one.done(one.client.sendEmail(email));
    expect(one.fake.sent()).toMatchObject([{ id, ...email, bcc: [], replyTo: [], suppressed: [] }]);
  });

  it('of a template has its data, and one that is complete has its bytes', async () => {
    await using one = await open();
    const { from, to } = simple;
    await one.done(one.client.sendEmail({ from, to, template: 'welcome', data: { name: 'Ann' } }));
    const raw = Buffer.from(
      'From: shop@example.com\r\nTo: ann@example.org\r\nSubject: x\r\n\r\n\xff',
      'latin1',
    );
    await one.done(one.client.sendEmail({ raw }));
    expect(one.fake.sent()).toMatchObject([
      { template: 'welcome', data: { name: 'Ann' } },
      { raw, to: [] },
    ]);
  });

  it('is from and to names of any letters', async () => {
    await using one = await open();
    const name = 'Größe "1", 日本 '.repeat(5);
    await one.done(
      one.client.sendEmail({
        ...simple,
        from: { name, address: 'shop@example.com' },
        to: [{ name: 'Smith, "Ann" \\', address: 'ann@example.org' }, '"Bob, B." <bob@example.org>'],
      }),
    );
    const [sent] = one.fake.sent();
    expect(sent?.to).toEqual(['"Smith, \\"Ann\\" \\\\" <ann@example.org>', '"Bob, B." <bob@example.org>']);
    const words = sent?.from?.replace(' <shop@example.com>', '').split(' ') ?? [];
    expect(words.every((word) => word.length <= 75)).toBe(true);
    const decoded = words.map((word) => /^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '?');
    expect(decoded.map((word) => Buffer.from(word, 'base64').toString()).join('')).toBe(name);
  });

  it('from a sender that is not verified is refused with what to do', async () => {
    await using one = await open();
    const error = await one.failure(one.client.sendEmail({ ...simple, from: 'x@example.net' }));
    expect(error).toMatchObject({ code: 'failed_precondition', reason: 'MessageRejected', effect: 'none' });
    expect(error.message).toContain('verify the identity of the sender in this region');
  });

  it('of a template or configuration set that is not there is refused', async () => {
    await using one = await open();
    const { from, to } = simple;
    for (const email of [
      { from, to, template: 'nope' },
      { ...simple, configurationSet: 'nope' },
    ])
      expect(await one.failure(one.client.sendEmail(email))).toMatchObject({ code: 'not_found' });
  });

  it('to a suppressed address is accepted, and not delivered', async () => {
    await using one = await open();
    const to = ['Angry <angry@example.com>', 'ann@example.org'];
    await one.done(one.client.sendEmail({ ...simple, to }));
    expect(one.fake.sent()[0]?.suppressed).toEqual(['angry@example.com']);
    expect((await one.done(one.client.getAccount())).quota.sentLastDay).toBe(1);
    await one.clock.advance(86_400_000);
    expect((await one.done(one.client.getAccount())).quota).toEqual({
      perDay: 50_000,
      perSecond: 14,
      sentLastDay: 0,
    });
  });
});

describe('an injected header or address', () => {
  const addresses: readonly EmailAddress[] = [
    'ann@example.org\r\nBcc: evil@example.com',
    'ann@example.org\nBcc: evil@example.com',
    'ann@example.org\u0000',
    'ann@example.org, evil@example.com',
    'ann@example.org;evil@example.com',
    'ann@example.org evil@example.com',
    'Ann, <evil@example.com> <ann@example.org>',
    'Ann <ann@example.org>, evil@example.com',
    '"Ann" <evil@example.com> <ann@example.org>',
    '"Ann\r\nBcc: x" <ann@example.org>',
    'group: ann@example.org;',
    '<ann@example.org',
    'ann@exämple.org',
    'änn@example.org',
    'ann@example.org\u2028x',
    'ann@-example.org',
    'ann@example..org',
    'ann',
    '@example.org',
    '',
    `${'x'.repeat(65)}@example.org`,
    { address: 'ann@example.org>\r\nBcc: <evil@example.com' },
    { address: 'Ann <ann@example.org>' },
    { name: 'Ann\r\nBcc: evil@example.com', address: 'ann@example.org' },
    { name: 'Ann\u0085', address: 'ann@example.org' },
    { name: '\ud800', address: 'ann@example.org' },
  ];

  it.each(addresses)('is refused before anything is sent: %j', async (bad) => {
    await using one = await open();
    const emails: readonly SimpleEmail[] = [
      { ...simple, to: [bad] },
      { ...simple, cc: [bad] },
      { ...simple, bcc: [bad] },
      { ...simple, replyTo: [bad] },
      { ...simple, from: bad },
    ];
    for (const email of emails) {
      const error = await one.failure(one.client.sendEmail(email));
      expect(error).toMatchObject({ code: 'invalid_argument', effect: 'none' });
      expect(error.message).not.toContain('evil');
    }
    const bulk = { from: 'shop@example.com', template: 'welcome' };
    expect(await one.failure(one.client.sendBulkEmail(bulk, [{ to: [bad] }]))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(one.fake.exchanges).toHaveLength(0);
  });

  it('is refused in subjects, headers, tags and other addresses', async () => {
    await using one = await open();
    const { client } = one;
    const header = (name: string, value: string) =>
      client.sendEmail({ ...simple, headers: { [name]: value } });
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.sendEmail({ ...simple, subject: 'x\r\nBcc: evil@example.com' }),
      () => client.sendEmail({ ...simple, subject: 'x\u0085y' }),
      () => header('X-A', 'x\r\nBcc: evil@example.com'),
      () => header('X-A', 'ü'),
      () => header('X-A\r\nBcc', 'x'),
      () => header('X-A: b', 'x'),
      () => header('Bcc', 'evil@example.com'),
      () => header('SUBJECT', 'x'),
      () => header('Content-Type', 'text/html'),
      () => header('X-A', 'x'.repeat(871)),
      () => client.sendEmail({ ...simple, tags: { 'a b': 'x' } }),
      () => client.sendEmail({ ...simple, feedbackTo: 'Ann <ann@example.org>' }),
      () => client.sendEmail({ ...simple, configurationSet: 'a/b' }),
      () => client.suppress('Ann <ann@example.org>', 'bounce'),
      () => client.getSuppressed('a/b'),
      () => client.getEmailIdentity('x\ny'),
    ];
    for (const call of calls)
      expect(await one.failure(call())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(one.fake.exchanges).toHaveLength(0);
  });
});

describe('a bulk', () => {
  it('has a result for each entry, in their order', async () => {
    await using one = await open();
    const bulk = { from: 'shop@example.com', template: 'welcome', data: { name: 'you', shop: 'ours' } };
    const entries = [{ to: ['ann@example.org'], data: { name: 'Ann' } }, { to: ['bob@example.org'] }];
    const results = await one.done(one.client.sendBulkEmail(bulk, entries));
    expect(results.map((result) => result.ok && result.id)).toEqual(one.fake.sent().map(({ id }) => id));
    expect(one.fake.sent().map(({ data }) => data)).toEqual([
      { name: 'Ann', shop: 'ours' },
      { name: 'you', shop: 'ours' },
    ]);
    const rejected = await one.done(one.client.sendBulkEmail({ ...bulk, from: 'x@example.net' }, entries));
    expect(rejected).toMatchObject([
      { ok: false, code: 'failed_precondition', reason: 'MESSAGE_REJECTED' },
      { ok: false, code: 'failed_precondition', reason: 'MESSAGE_REJECTED' },
    ]);
  });

  it.each([
    ['TEMPLATE_NOT_FOUND', 'not_found'],
    ['ACCOUNT_THROTTLED', 'resource_exhausted'],
    ['TRANSIENT_FAILURE', 'unavailable'],
    ['INVALID_PARAMETER', 'invalid_argument'],
    ['ACCOUNT_SUSPENDED', 'permission_denied'],
    ['SOMETHING_NEW', 'unknown'],
  ])('entry that failed by %s says %s', async (Status, code) => {
    await using one = await open();
    const body = JSON.stringify({ BulkEmailEntryResults: [{ Status, Error: 'of SES' }] });
    const headers = { 'content-type': 'application/json' };
    one.fake.inject({ fault: { kind: 'status', status: 200, headers, body } });
    const bulk = { from: 'shop@example.com', template: 'welcome' };
    const results = await one.done(one.client.sendBulkEmail(bulk, [{ to: ['ann@example.org'] }]));
    expect(results).toEqual([{ ok: false, code, reason: Status, says: 'of SES' }]);
  });

  it('that was cut short is an error: nobody knows what became of the rest', async () => {
    await using one = await open();
    const body = '{"BulkEmailEntryResults":[{"Status":"SUCCESS","MessageId":"a"}]}';
    one.fake.inject({ fault: { kind: 'status', status: 200, body } });
    const bulk = { from: 'shop@example.com', template: 'welcome' };
    const entries = [{ to: ['ann@example.org'] }, { to: ['bob@example.org'] }];
    const error = await one.failure(one.client.sendBulkEmail(bulk, entries));
    expect(error).toMatchObject({ code: 'internal', reason: 'unexpected_body', effect: 'unknown' });
  });
});

describe('the suppression list', () => {
  it('is kept and read', async () => {
    await using one = await open();
    const { client } = one;
    const before = one.clock.now();
    await one.clock.advance(60_000);
    await one.done(client.suppress('new+1@example.com', 'complaint'));
    expect(await one.done(client.getSuppressed('new+1@example.com'))).toEqual({
      address: 'new+1@example.com',
      reason: 'complaint',
      changedAt: before + 60_000,
    });
    const list = async (filter: Parameters<typeof client.listSuppressed>[0]) =>
      (await one.done(client.listSuppressed(filter).toArray())).map(({ address }) => address);
    expect(await list({ reason: 'complaint' })).toEqual(['angry@example.com', 'new+1@example.com']);
    expect(await list({ since: before + 1_000 })).toEqual(['new+1@example.com']);
    expect(await list({ until: before + 1_000, reason: 'bounce' })).toEqual([
      'bounced@example.com',
      'gone@example.com',
    ]);
    await one.done(client.unsuppress('new+1@example.com'));
    for (const call of [client.getSuppressed, client.unsuppress])
      expect(await one.failure(call('new+1@example.com'))).toMatchObject({ code: 'not_found' });
  });

  it('forgets an address though the first answer was lost', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 2 } } });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    await one.done(one.client.unsuppress('gone@example.com'));
  });
});

describe('identities', () => {
  it('show whether they may send', async () => {
    await using one = await open();
    const all = await one.done(one.client.listEmailIdentities().toArray());
    expect(all.map(({ name, maySend }) => [name, maySend])).toEqual([
      ['example.com', true],
      ['ann@example.org', true],
      ['example.net', false],
    ]);
    expect(await one.done(one.client.getEmailIdentity('example.net'))).toMatchObject({
      type: 'DOMAIN',
      verification: 'PENDING',
      dkim: { isOn: false, tokens: ['aaaa', 'bbbb', 'cccc'] },
      mailFrom: { domain: 'mail.example.net', status: 'PENDING' },
      tags: { team: 'shop' },
    });
    expect(await one.failure(one.client.getEmailIdentity('nope.example'))).toMatchObject({
      code: 'not_found',
    });
  });
});

describe('bad input', () => {
  it('is refused before anything is sent', async () => {
    await using one = await open();
    const { client } = one;
    const { from, to, subject } = simple;
    const many = (count: number) => Array.from({ length: count }, (_, index) => `a${index}@example.org`);
    const bulk = { from, template: 'welcome' };
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.sendEmail({ from, to, subject }),
      () => client.sendEmail({ from, subject, text: 'x' }),
      () => client.sendEmail({ ...simple, to: many(30), bcc: many(21) }),
      () => client.sendEmail({ raw: new Uint8Array() }),
      () => client.sendEmail({ raw: new Uint8Array(40 * 1024 * 1024 + 1) }),
      () => client.sendEmail({ from, to, template: 'a b' }),
      () => client.sendEmail({ from, to, template: 'welcome', data: { a: 'x'.repeat(262_144) } }),
      () => client.sendBulkEmail(bulk, []),
      () =>
        client.sendBulkEmail(
          bulk,
          many(51).map((address) => ({ to: [address] })),
        ),
      () => client.sendBulkEmail(bulk, [{}]),
      () => client.listEmailIdentities({ pageSize: 1_001 }).toArray(),
    ];
    for (const call of calls)
      expect(await one.failure(call())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(one.fake.exchanges).toHaveLength(0);
  });
});

describe('native()', () => {
  it('is the SDK client, with this integration’s credentials, endpoint and transport', async () => {
    await using one = await open();
    const { GetAccountCommand, SESv2Client } = await import('@aws-sdk/client-sesv2');
    const native = one.client.native();
    expect(native).toBeInstanceOf(SESv2Client);
    expect((await one.done(native.send(new GetAccountCommand({})))).SendingEnabled).toBe(true);
  });
});
