import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import type { TemplateContent } from './model.ts';
import { ses } from './ses.ts';
import { type SesFake, startFake } from './testing.ts';

type Setup = Parameters<typeof connect<typeof ses, SesFake>>[2];
const open = (setup: Setup = {}) => connect(ses, startFake, setup);
const envelope = { from: 'shop@example.com', to: ['ann@example.org'] };
const content: TemplateContent = {
  subject: 'Grüße, {{user.name}}',
  text: 'It is {{when}}.',
  html: '<b>{{when}}</b>',
};

describe('templates that SES keeps', () => {
  it('come back as they were made and changed, until they are deleted', async () => {
    await using one = await open();
    const { client } = one;
    await one.done(client.createEmailTemplate('news', content));
    expect(await one.done(client.getEmailTemplate('news'))).toEqual({ name: 'news', ...content });
    const other = { subject: 'Hi', text: 'all of it' };
    await one.done(client.updateEmailTemplate('news', other));
    expect(await one.done(client.getEmailTemplate('news'))).toEqual({ name: 'news', ...other });
    const names = async () =>
      (await one.done(client.listEmailTemplates({ pageSize: 1 }).toArray())).map(({ name }) => name);
    expect(await names()).toEqual(['welcome', 'receipt', 'obsolete', 'news']);
    await one.done(client.deleteEmailTemplate('news'));
    expect(await names()).toEqual(['welcome', 'receipt', 'obsolete']);
    for (const call of [client.getEmailTemplate, client.deleteEmailTemplate])
      expect(await one.failure(call('news'))).toMatchObject({
        code: 'not_found',
        reason: 'NotFoundException',
      });
    expect(await one.failure(client.updateEmailTemplate('news', other))).toMatchObject({ code: 'not_found' });
  });

  it('are not made twice, and nobody says whether a lost answer made one', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 3 } } });
    expect(await one.failure(one.client.createEmailTemplate('welcome', content))).toMatchObject({
      code: 'already_exists',
    });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    expect(await one.failure(one.client.createEmailTemplate('news', content))).toMatchObject({
      code: 'unavailable',
      effect: 'unknown',
      attempts: 1,
    });
  });

  it('are deleted though the first answer was lost', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 2 } } });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    await one.done(one.client.deleteEmailTemplate('welcome'));
    expect(await one.failure(one.client.getEmailTemplate('welcome'))).toMatchObject({ code: 'not_found' });
  });

  it('are named by somebody else’s ARN', async () => {
    await using one = await open();
    const arn = 'arn:aws:ses:us-east-1:111122223333:template/welcome';
    await one.done(one.client.sendEmail({ ...envelope, template: { arn }, data: { name: 'Ann' } }));
    expect(one.fake.sent()).toMatchObject([{ template: 'welcome', subject: 'welcome: Ann' }]);
  });
});

describe('templates that are sent along', () => {
  it('are filled in, and accepted too when something is missing', async () => {
    await using one = await open();
    const send = (data: Record<string, unknown>) =>
      one.done(one.client.sendEmail({ ...envelope, template: content, data }));
    await send({ user: { name: 'Ann' }, when: 'now' });
    await send({ user: {}, when: 'now' });
    expect(one.fake.sent()).toMatchObject([
      { template: 'inline', subject: 'Grüße, Ann', text: 'It is now.', html: '<b>now</b>' },
      { template: 'inline', renderingFailed: true },
    ]);
  });

  it('fill each e-mail of a bulk with its own data', async () => {
    await using one = await open();
    const bulk = { from: envelope.from, template: content, data: { when: 'now' } };
    const entries = ['Ann', 'Bob'].map((name) => ({ to: envelope.to, data: { user: { name } } }));
    await one.done(one.client.sendBulkEmail(bulk, entries));
    expect(one.fake.sent().map(({ subject }) => subject)).toEqual(['Grüße, Ann', 'Grüße, Bob']);
  });

  it('take no line break into the subject, from their data or from themselves', async () => {
    await using one = await open();
    const { client } = one;
    const bad = { user: { name: 'Ann\r\nBcc: evil@example.com' }, when: 'now\r\nand then' };
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.sendEmail({ ...envelope, template: content, data: bad }),
      () => client.sendEmail({ ...envelope, template: { ...content, subject: 'x {{{ when }}}' }, data: bad }),
      () => client.sendBulkEmail({ from: envelope.from, template: content, data: bad }, [envelope]),
      () => client.sendBulkEmail({ from: envelope.from, template: content }, [{ ...envelope, data: bad }]),
      () => client.sendEmail({ ...envelope, template: { ...content, subject: 'x\nBcc: y' } }),
      () => client.createEmailTemplate('news', { ...content, subject: 'x\r\ny' }),
      () => client.updateEmailTemplate('welcome', { ...content, subject: 'x\u2028y' }),
    ];
    for (const call of calls) {
      const error = await one.failure(call());
      expect(error).toMatchObject({ code: 'invalid_argument', effect: 'none' });
      expect(error.message).not.toContain('evil');
    }
    expect(one.fake.exchanges).toHaveLength(0);
    await one.done(
      client.sendEmail({ ...envelope, template: content, data: { ...bad, user: { name: 'Ann' } } }),
    );
  });
});

describe('bad input', () => {
  it('of templates is refused before anything is sent', async () => {
    await using one = await open();
    const { client } = one;
    const calls: readonly (() => Promise<unknown>)[] = [
      ...['', '..', 'a/b', 'a b', 'x'.repeat(65)].map((name) => () => client.getEmailTemplate(name)),
      () => client.deleteEmailTemplate('../identities'),
      () => client.createEmailTemplate('news', { subject: 'x' }),
      () => client.createEmailTemplate('news', { subject: 'x', html: 'ü'.repeat(256 * 1024) }),
      () => client.sendEmail({ ...envelope, template: { arn: 'arn:aws:ses:us-east-1:1:identity/x' } }),
      () => client.sendEmail({ ...envelope, template: { subject: 'x' } }),
      () => client.listEmailTemplates({ pageSize: 101 }).toArray(),
      () => client.getEmailIdentity('..'),
      () => client.listSuppressed({ since: Number.NaN }).toArray(),
    ];
    for (const call of calls)
      expect(await one.failure(call())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(one.fake.exchanges).toHaveLength(0);
  });
});
