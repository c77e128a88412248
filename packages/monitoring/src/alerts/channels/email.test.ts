import { describeProgram } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { createHastyClock } from '../__tests__/hasty-clock.ts';
import { notificationSample } from '../__tests__/samples.ts';
import { type MailServer, startMailServer } from '../__tests__/smtp.ts';
import { deliver } from '../deliver.ts';
import { type EmailOptions, emailChannel } from './email.ts';

const open = new AbortController().signal;

async function tell(server: MailServer, more: Partial<EmailOptions> = {}) {
  const channel = emailChannel({
    host: 'localhost',
    port: server.port,
    ca: server.ca,
    from: 'alerts@example.test',
    to: ['ada@example.test'],
    ...more,
  });
  return deliver(channel, notificationSample(), createHastyClock(), open);
}

describeProgram('alerts by e-mail', 'openssl', 'apt-get install openssl', () => {
  it('go over STARTTLS, with the password inside it, and read well', async () => {
    await using server = await startMailServer();
    const outcome = await tell(server, { user: 'hub', password: 'canary-password' });
    expect(outcome).toEqual({ kind: 'accepted', refused: [] });
    const [mail] = server.mails;
    expect(mail).toMatchObject({ to: ['ada@example.test'], secure: true, user: 'hub' });
    expect(mail?.text).toContain('Subject: [FIRING critical] IntegrationDown: mail of acme is down\r\n');
    expect(mail?.text).toContain('Auto-Submitted: auto-generated');
    for (const line of [
      'CRITICAL: mail of acme is down (IntegrationDown)',
      '  Where: integration mail, tenant acme (ses)',
      '  Since: 2030-01-01T11:48:00Z (for 12m)',
      '  How bad: its status is unhealthy',
      '  Why: ses.send: status 503',
      '  What to do: Look at the vendor.',
      '  Link: https://hub.example.test/acme',
    ])
      expect(mail?.text).toContain(`${line}\r\n`);
  });

  it('are not sent in the clear where TLS was asked for', async () => {
    await using server = await startMailServer(false);
    const outcome = await tell(server, { user: 'hub', password: 'canary-password' });
    expect(outcome.kind).toBe('failed');
    expect(JSON.stringify(outcome)).not.toContain('canary');
    expect(server.ends()).toBe(0);
  });

  it('are not sent to a server whose certificate nobody signed', async () => {
    await using server = await startMailServer();
    expect((await tell(server, { ca: '' })).kind).toBe('failed');
    expect(server.ends()).toBe(0);
  });

  it('say that the password is wrong, and not what it is', async () => {
    await using server = await startMailServer();
    const outcome = await tell(server, { user: 'hub', password: 'canary-wrong' });
    expect(outcome).toMatchObject({
      kind: 'failed',
      says: expect.stringContaining('check user and password'),
    });
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  it('reach those whom the server takes, and name those it refuses', async () => {
    await using server = await startMailServer();
    server.recipient = (address) => (address.startsWith('bob') ? 550 : undefined);
    const outcome = await tell(server, { to: ['ada@example.test', 'bob@example.test'] });
    expect(outcome).toEqual({ kind: 'accepted', refused: ['bob@example.test was refused with 550'] });
    expect(server.mails.map(({ to }) => to)).toEqual([['ada@example.test']]);
    server.recipient = () => 550;
    expect((await tell(server)).kind).toBe('failed');
  });

  it('are sent again after 451, to those alone who do not have it yet', async () => {
    await using server = await startMailServer();
    let busy = 2;
    server.recipient = (address) => {
      if (!address.startsWith('bob') || busy === 0) return undefined;
      busy -= 1;
      return 451;
    };
    const outcome = await tell(server, { to: ['ada@example.test', 'bob@example.test'] });
    expect(outcome).toEqual({ kind: 'accepted', refused: [] });
    expect(server.mails.map(({ to }) => to)).toEqual([['ada@example.test'], ['bob@example.test']]);
    busy = 100;
    expect(await tell(server, { to: ['ada@example.test', 'bob@example.test'] })).toMatchObject({
      kind: 'accepted',
      refused: [expect.stringContaining('bob@example.test was refused with 451')],
    });
    expect(server.mails).toHaveLength(3);
  });

  it('are sent again when the whole message was put off with 451', async () => {
    await using server = await startMailServer();
    const answers: (451 | undefined)[] = [451, 451, undefined];
    server.message = () => answers.shift();
    expect((await tell(server)).kind).toBe('accepted');
    expect(server.ends()).toBe(3);
    expect(server.mails).toHaveLength(1);
  });

  it('are not sent again when the connection ends after the message and before the answer', async () => {
    await using server = await startMailServer();
    server.message = () => 'cut';
    expect((await tell(server)).kind).toBe('unknown');
    expect(server.ends()).toBe(1);
  });

  it('fail for certain when nobody listens', async () => {
    const server = await startMailServer();
    await server[Symbol.asyncDispose]();
    const outcome = await tell(server);
    expect(outcome).toMatchObject({ kind: 'failed', says: expect.stringContaining('check host') });
  });

  it('are refused for addresses that are none, and passwords without TLS', () => {
    const options = { host: 'localhost', from: 'alerts@example.test', to: ['ada@example.test'] };
    for (const to of [[], ['ada'], ['ada@example.test\r\nBcc: eve@example.test'], ['a@b, c@d']])
      expect(() => emailChannel({ ...options, to })).toThrow('address that is none');
    expect(() => emailChannel({ ...options, tls: 'none', user: 'hub', password: 'x' })).toThrow(
      'in the clear',
    );
  });
});
