export type { Silence } from './book.ts';
export type { Accepted, Channel, ChannelCall } from './channel.ts';
export { type AlertmanagerOptions, alertmanagerChannel } from './channels/alertmanager.ts';
export { type EmailOptions, emailChannel } from './channels/email.ts';
export type { Reach } from './channels/post.ts';
export { type SlackOptions, slackChannel } from './channels/slack.ts';
export { type SmsMessage, type SmsOptions, type SmsSender, smsChannel } from './channels/sms.ts';
export { type WebhookBody, type WebhookOptions, webhookChannel } from './channels/webhook.ts';
export { defaultAlertRules, defaultInhibitions } from './default-rules.ts';
export { createAlertEngine } from './engine.ts';
export type { AlertEngine, AlertEngineOptions, ShownAlert, ShownGroup } from './engine.types.ts';
export type { AlertEvent } from './events.ts';
export type { Labels, Match } from './match.ts';
export type { Notification, NotifiedAlert } from './notification.ts';
export type { InhibitionInput, RouteInput, SilenceRequest } from './options.ts';
export { readAlertRules } from './read-rules.ts';
export {
  type AlertRule,
  type AlertRuleInput,
  alertRule,
  parseAlertRules,
  type Severity,
  severities,
} from './rules.ts';
export { type CustomSignal, knownSignals } from './signals.ts';
