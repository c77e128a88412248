/**
 * Slack, by an incoming webhook and Block Kit.
 *
 * A webhook answers 200 `ok`; 4xx is a message that was not posted. It takes about one message a second and answers 429 with `Retry-After` beyond
 * that. There is no key by which a message could be recognised, so one of which nobody knows is not posted again.
 *
 * @see {@link https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks | Slack: incoming webhooks}
 * @see {@link https://docs.slack.dev/reference/block-kit/blocks | Slack: blocks, with the most that each may hold}
 * @see {@link https://docs.slack.dev/messaging/formatting-message-text#escaping | Slack: escaping}
 */
import { Secret } from '@im/core';
import type { Channel } from '../channel.ts';
import type { Notification, NotifiedAlert } from '../notification.ts';
import { facts } from '../text.ts';
import { post, postTarget, type Reach } from './post.ts';

/** Options of {@link slackChannel}. */
export interface SlackOptions extends Reach {
  /** `https://hooks.slack.com/services/…`: whoever has it can post. */
  readonly webhookUrl: Secret | string;
}

const hosts = ['hooks.slack.com', 'hooks.slack-gov.com'];
const mostHeader = 150;
const mostSection = 3_000;
/** A message may have 50 blocks; an alert takes two at most, and no reader wants more than these. */
const mostAlerts = 10;

/** Posts to one channel of a workspace. @throws `IntegrationError` `invalid_argument` for a URL that is not Slack's */
export function slackChannel({ webhookUrl, ...reach }: SlackOptions): Channel {
  const target = postTarget(
    'slack',
    webhookUrl instanceof Secret ? webhookUrl.reveal() : webhookUrl,
    reach,
    hosts,
  );
  return {
    kind: 'slack',
    repeatable: false,
    async send(notification, call) {
      await post(target, JSON.stringify(slackMessage(notification)), {}, call);
      return {};
    },
  };
}

/** The message as Slack takes it; `text` is what notifications on a phone show. */
export function slackMessage(notification: Notification): Readonly<Record<string, unknown>> {
  const { title, firing, resolved, at, why, step, link } = notification;
  const all = [...firing, ...resolved];
  const rest = all.length - mostAlerts;
  const notes = [
    ...(rest > 0 ? [`and ${rest} more`] : []),
    ...(why === 'escalation' ? [`Nobody acknowledged it so far: this is step ${step}.`] : []),
    ...(why === 'repeat' ? ['It was told before, and nobody has acknowledged it.'] : []),
  ];
  return {
    text: escapeText(title),
    unfurl_links: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, mostHeader), emoji: false } },
      ...all.slice(0, mostAlerts).map((alert) => section(alertText(alert, at))),
      ...(notes.length === 0
        ? []
        : [{ type: 'context', elements: [{ type: 'mrkdwn', text: escapeText(notes.join(' ')) }] }]),
      ...(link === undefined
        ? []
        : [
            {
              type: 'actions',
              elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open' }, url: link }],
            },
          ]),
    ],
  };
}

const section = (text: string) => ({
  type: 'section',
  text: { type: 'mrkdwn', text: cut(text, mostSection) },
});

function alertText(alert: NotifiedAlert, now: number): string {
  const lines = facts(alert, now).map(([label, text]) => `*${label}:* ${escapeText(text)}`);
  return [`*${escapeText(alert.summary)}* (${alert.name})`, ...lines].join('\n');
}

/** So that a name can neither call `<!channel>` nor hide a link. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
