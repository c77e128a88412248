import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IntegrationError, memoryState } from '@im/core';
import { standardWebhooks } from '@im/http';
import { describe, expect, it } from 'vitest';
import { createHastyClock } from '../__tests__/hasty-clock.ts';
import { alertSample, notificationSample } from '../__tests__/samples.ts';
import type { Channel } from '../channel.ts';
import { deliver } from '../deliver.ts';
import type { Notification } from '../notification.ts';
import { slackChannel, slackMessage } from './slack.ts';
import { type SmsMessage, smsChannel } from './sms.ts';
import { webhookChannel } from './webhook.ts';

const open = new AbortController().signal;
const secret = `whsec_${Buffer.from('canary-of-the-webhook').toString('base64')}`;

interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly requests: { readonly body: string; readonly headers: IncomingHttpHeaders }[];
}

type Answer = number | 'cut' | readonly [status: number, headers: Record<string, string>];

/** Answers with each of `answers` in turn, then with 200. */
async function startReceiver(...answers: Answer[]): Promise<Receiver> {
  const requests: Receiver['requests'] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    requests.push({ body, headers: request.headers });
    const answer = answers.shift() ?? 200;
    if (answer === 'cut') return void response.destroy();
    const [status, headers] = typeof answer === 'number' ? [answer, {}] : answer;
    response.writeHead(status, headers).end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/canary-of-the-url`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function tell(channel: Channel, notification: Notification = notificationSample()) {
  const clock = createHastyClock();
  const outcome = await deliver(channel, notification, clock, open);
  expect(JSON.stringify(outcome)).not.toContain('canary');
  return { outcome, pauses: clock.pauses };
}

const slack = (url: string) => slackChannel({ webhookUrl: url, onPurpose: true });
const webhook = (url: string) => webhookChannel({ url, secret, onPurpose: true });

describe('channels over HTTP', () => {
  it.each([
    { title: 'told', answers: [], kind: 'accepted', times: [1, 1] },
    { title: 'refused for good', answers: [403], kind: 'failed', times: [1, 1] },
    { title: 'asked to wait', answers: [[429, { 'retry-after': '7' }]], kind: 'accepted', times: [2, 2] },
    {
      title: 'asked to wait for too long',
      answers: [[429, { 'retry-after': '3600' }]],
      kind: 'failed',
      times: [1, 1],
    },
    {
      title: 'sent elsewhere',
      answers: [[302, { location: 'https://example.test/' }]],
      kind: 'failed',
      times: [1, 1],
    },
  ] as const)('are $title', async ({ answers, kind, times }) => {
    for (const [index, make] of [slack, webhook].entries()) {
      await using receiver = await startReceiver(...answers);
      const { outcome, pauses } = await tell(make(receiver.url));
      expect(outcome.kind).toBe(kind);
      expect(receiver.requests).toHaveLength(times[index] ?? 0);
      if (times[index] === 2) expect(pauses).toEqual([7_000]);
    }
  });

  it.each([['cut'], [500], [502]] as const)(
    'are told once where nobody would notice a second time, after %s',
    async (answer) => {
      await using once_ = await startReceiver(answer);
      expect((await tell(slack(once_.url))).outcome.kind).toBe('unknown');
      expect(once_.requests).toHaveLength(1);
      await using again = await startReceiver(answer, answer);
      expect((await tell(webhook(again.url))).outcome.kind).toBe('accepted');
      const ids = again.requests.map(({ headers }) => headers['webhook-id']);
      expect(ids).toHaveLength(3);
      expect(new Set(ids).size).toBe(1);
    },
  );

  it('fail for certain where nobody listens', async () => {
    const receiver = await startReceiver();
    await receiver[Symbol.asyncDispose]();
    for (const make of [slack, webhook])
      expect((await tell(make(receiver.url))).outcome).toMatchObject({
        kind: 'failed',
        says: expect.stringContaining('did not answer (ECONNREFUSED)'),
      });
  });

  it('refuse addresses of one’s own network, unless they were set on purpose', () => {
    for (const url of [
      'http://127.0.0.1/x',
      'https://169.254.169.254/latest',
      'https://[::1]/',
      'https://vault.internal/',
      'ftp://example.com/',
      'canary',
    ])
      expect(() => webhookChannel({ url, secret })).toThrow(/^the URL of the webhook channel is/);
    expect(() => slackChannel({ webhookUrl: 'https://example.com/services/canary' })).toThrow(
      'not among the allowed hosts',
    );
    expect(() => slackChannel({ webhookUrl: 'https://hooks.slack.com/services/T/B/x' })).not.toThrow();
  });
});

describe('a webhook of one’s own', () => {
  it('is signed as Standard Webhooks, and told once to who remembers ids', async () => {
    await using receiver = await startReceiver(500);
    await tell(webhook(receiver.url));
    const verify = standardWebhooks({ secrets: [secret], clock: createHastyClock(), replays: memoryState() });
    const [first, second] = receiver.requests.map(({ body, headers }) => ({
      body: Buffer.from(body),
      headers,
    }));
    if (first === undefined || second === undefined) throw new Error('it was not sent twice');
    await verify(first);
    await expect(verify(second)).rejects.toMatchObject({ refusal: 'replayed' });
    expect(JSON.parse(String(first.body))).toMatchObject({
      type: 'alert.firing',
      timestamp: '2030-01-01T12:00:00.000Z',
      data: {
        group: 'all [["tenant","acme"]]',
        firing: [{ name: 'IntegrationDown', where: 'integration mail, tenant acme (ses)' }],
      },
    });
  });
});

describe('the secret of a webhook', () => {
  it.each(['', 'whsec_', 'not base64!', Buffer.from('short').toString('base64')])(
    'is refused when it is %j',
    (bad) => {
      expect(() => webhookChannel({ url: 'https://example.com/', secret: bad })).toThrow('in base64');
    },
  );
});

describe('a message in Slack', () => {
  it('keeps to the limits of Block Kit, whatever it says', () => {
    const long = { ...alertSample, summary: 'x'.repeat(5_000), says: 'y'.repeat(5_000) };
    const message = slackMessage(
      notificationSample({ title: 't'.repeat(500), firing: Array(60).fill(long), why: 'repeat' }),
    );
    const blocks = message.blocks as { type: string; text?: { text: string } }[];
    expect(blocks.map(({ type }) => type)).toEqual([
      'header',
      ...Array(10).fill('section'),
      'context',
      'actions',
    ]);
    expect(blocks[0]?.text?.text).toHaveLength(150);
    for (const { type, text } of blocks) if (type === 'section') expect(text?.text).toHaveLength(3_000);
    expect(JSON.stringify(message)).toContain('and 50 more It was told before');
  });

  it('takes names for text', () => {
    const name = { ...alertSample, summary: '<!channel> & <https://evil.test|click>' };
    const text = JSON.stringify(
      slackMessage(notificationSample({ title: '<!here>', firing: [name] })).blocks,
    ).slice(80);
    expect(text).toContain('&lt;!channel&gt; &amp; &lt;https://evil.test|click&gt;');
    expect(text).not.toContain('<!channel>');
  });
});

describe('text messages', () => {
  const to = ['+46701740605', '+46701740606'];

  it('say it in one breath, with the link, to each number once', async () => {
    const sent: SmsMessage[] = [];
    let failures = 1;
    const send = async (message: SmsMessage) => {
      if (message.to === to[1] && failures > 0) {
        failures -= 1;
        throw new IntegrationError('busy', { code: 'unavailable', effect: 'none' });
      }
      sent.push(message);
    };
    expect((await tell(smsChannel({ sender: { send }, to, mostCharacters: 100 }))).outcome).toEqual({
      kind: 'accepted',
      refused: [],
    });
    expect(sent.map((message) => message.to)).toEqual(to);
    expect(sent[0]?.text).toHaveLength(100);
    expect(sent[0]?.text).toMatch(
      /^\[FIRING critical\] IntegrationDown: mail of acme is down .*… https:\/\/hub.example.test\/acme$/,
    );
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
  });

  it('are not sent again when the sender does not know', async () => {
    let times = 0;
    const send = async () => {
      times += 1;
      throw new Error('connection lost');
    };
    expect((await tell(smsChannel({ sender: { send }, to: to.slice(1) }))).outcome.kind).toBe('unknown');
    expect(times).toBe(1);
    expect(() => smsChannel({ sender: { send }, to: ['0701740605'] })).toThrow('E.164');
  });
});
