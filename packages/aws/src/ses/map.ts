/** Between the SDK's shapes and ours. */
import type {
  BulkEmailEntryResult,
  GetAccountCommandOutput,
  GetEmailIdentityCommandOutput,
  IdentityInfo as SdkIdentity,
  SuppressedDestinationSummary,
  SuppressionListReason,
} from '@aws-sdk/client-sesv2';
import type { ErrorCode } from '@im/core';
import { promised, refuse } from '../common/service.ts';
import { bareAddress, checkLine, toAddress, toHeaders, toTags } from './addresses.ts';
import type {
  AccountInfo,
  BulkResult,
  EmailSettings,
  IdentityInfo,
  IdentitySummary,
  OutgoingEmail,
  Recipients,
  SuppressedAddress,
  SuppressionReason,
} from './model.ts';
import { checkRaw } from './raw.ts';
import { toTemplate } from './templates.ts';

/** https://docs.aws.amazon.com/ses/latest/dg/quotas.html */
const most = { recipients: 50, bytes: 40 * 1024 * 1024 } as const;

/** The content of an e-mail. @throws `VendorError` `invalid_argument` for what must not be sent */
export function toContent(email: OutgoingEmail) {
  if ('raw' in email) {
    checkRaw(email.raw);
    return { Raw: { Data: email.raw } };
  }
  if ('template' in email)
    return {
      Template: {
        ...toTemplate(email.template, email.data),
        ...toHeaders(email.headers),
      },
    };
  const { subject, text, html, headers } = email;
  if (text === undefined && html === undefined) refuse('an e-mail needs a text or html');
  checkLine(subject, 'the subject');
  const parts = [subject, text ?? '', html ?? ''];
  checkSize(parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0));
  const content = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    Simple: {
      Subject: content(subject),
      Body: {
        ...(text !== undefined && { Text: content(text) }),
        ...(html !== undefined && { Html: content(html) }),
      },
      ...toHeaders(headers),
    },
  };
}

/** Whom it goes to. `isRaw`: the headers of the message may say it instead. */
export function toDestination(recipients: Recipients, isRaw = false) {
  const { to = [], cc = [], bcc = [] } = recipients;
  const count = to.length + cc.length + bcc.length;
  if (count === 0 && isRaw) return undefined;
  if (count === 0 || count > most.recipients)
    refuse(`an e-mail goes to 1 to ${most.recipients} addresses; this one to ${count}`);
  const all = (given: readonly (typeof to)[number][], what: string) =>
    given.map((address) => toAddress(address, what));
  return {
    ...(to.length > 0 && { ToAddresses: all(to, 'to') }),
    ...(cc.length > 0 && { CcAddresses: all(cc, 'cc') }),
    ...(bcc.length > 0 && { BccAddresses: all(bcc, 'bcc') }),
  };
}

/** What single e-mails and bulks have in common. */
export function toSettings({ replyTo, feedbackTo, configurationSet, fromIdentityArn }: EmailSettings) {
  if (configurationSet !== undefined && !/^[\w-]{1,64}$/.test(configurationSet))
    refuse('the name of a configuration set is 1 to 64 letters, digits, - and _');
  return {
    ...(replyTo !== undefined && {
      ReplyToAddresses: replyTo.map((address) => toAddress(address, 'replyTo')),
    }),
    ...(feedbackTo !== undefined && {
      FeedbackForwardingEmailAddress: bareAddress(feedbackTo, 'feedbackTo'),
    }),
    ...(configurationSet !== undefined && { ConfigurationSetName: configurationSet }),
    ...(fromIdentityArn !== undefined && { FromEmailAddressIdentityArn: fromIdentityArn }),
  };
}

/** Tags, where there are some. */
export function tagsAs<Name extends string>(name: Name, tags: EmailSettings['tags']) {
  const all = toTags(tags);
  return (all.length === 0 ? {} : { [name]: all }) as { readonly [Key in Name]?: typeof all };
}

function checkSize(bytes: number): void {
  if (bytes === 0) refuse('an e-mail needs a content');
  if (bytes > most.bytes) refuse(`an e-mail has at most ${most.bytes} bytes; this one has ${bytes}`);
}

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_BulkEmailEntryResult.html */
const statusCodes: Readonly<Record<string, ErrorCode | undefined>> = {
  MESSAGE_REJECTED: 'failed_precondition',
  MAIL_FROM_DOMAIN_NOT_VERIFIED: 'failed_precondition',
  CONFIGURATION_SET_NOT_FOUND: 'not_found',
  TEMPLATE_NOT_FOUND: 'not_found',
  ACCOUNT_SUSPENDED: 'permission_denied',
  ACCOUNT_THROTTLED: 'resource_exhausted',
  ACCOUNT_DAILY_QUOTA_EXCEEDED: 'resource_exhausted',
  INVALID_SENDING_POOL_NAME: 'invalid_argument',
  ACCOUNT_SENDING_PAUSED: 'failed_precondition',
  CONFIGURATION_SET_SENDING_PAUSED: 'failed_precondition',
  INVALID_PARAMETER: 'invalid_argument',
  TRANSIENT_FAILURE: 'unavailable',
};

/** What became of one e-mail of a bulk. */
export function toResult({ Status, MessageId, Error: says }: BulkEmailEntryResult): BulkResult {
  const status = promised(Status, 'Status');
  if (status === 'SUCCESS') return { ok: true, id: promised(MessageId, 'MessageId') };
  return { ok: false, code: statusCodes[status] ?? 'unknown', reason: status, says };
}

/** A sender of a list. */
export function toSummary(found: SdkIdentity): IdentitySummary {
  return {
    name: promised(found.IdentityName, 'IdentityName'),
    type: promised(found.IdentityType, 'IdentityType'),
    verification: found.VerificationStatus,
    maySend: found.SendingEnabled ?? false,
  };
}

/** A sender. */
export function toIdentity(
  name: string,
  found: Omit<GetEmailIdentityCommandOutput, '$metadata'>,
): IdentityInfo {
  const { DkimAttributes: dkim, MailFromAttributes: mailFrom } = found;
  return {
    name,
    type: promised(found.IdentityType, 'IdentityType'),
    verification: found.VerificationStatus,
    maySend: found.VerifiedForSendingStatus ?? false,
    forwardsFeedback: found.FeedbackForwardingStatus ?? false,
    configurationSet: found.ConfigurationSetName,
    ...(dkim !== undefined && {
      dkim: { isOn: dkim.SigningEnabled ?? false, status: dkim.Status, tokens: dkim.Tokens ?? [] },
    }),
    ...(mailFrom !== undefined && {
      mailFrom: {
        domain: promised(mailFrom.MailFromDomain, 'MailFromDomain'),
        status: promised(mailFrom.MailFromDomainStatus, 'MailFromDomainStatus'),
      },
    }),
    tags: Object.fromEntries((found.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}

const reasons = { bounce: 'BOUNCE', complaint: 'COMPLAINT' } as const;

/** SES's word for a reason. */
export const fromReason = (reason: SuppressionReason): SuppressionListReason => reasons[reason];

const ofReason = (reason: SuppressionListReason): SuppressionReason =>
  reason === 'COMPLAINT' ? 'complaint' : 'bounce';

/** A suppressed address. */
export function toSuppressed(found: SuppressedDestinationSummary): SuppressedAddress {
  return {
    address: promised(found.EmailAddress, 'EmailAddress'),
    reason: ofReason(promised(found.Reason, 'Reason')),
    changedAt: promised(found.LastUpdateTime, 'LastUpdateTime').getTime(),
  };
}

/** What the account may send. */
export function toAccount(found: Omit<GetAccountCommandOutput, '$metadata'>): AccountInfo {
  const quota = promised(found.SendQuota, 'SendQuota');
  return {
    maySend: found.SendingEnabled ?? false,
    isInProduction: found.ProductionAccessEnabled ?? false,
    enforcement: found.EnforcementStatus,
    quota: {
      perDay: promised(quota.Max24HourSend, 'Max24HourSend'),
      perSecond: promised(quota.MaxSendRate, 'MaxSendRate'),
      sentLastDay: quota.SentLast24Hours ?? 0,
    },
    suppresses: (found.SuppressionAttributes?.SuppressedReasons ?? []).map(ofReason),
  };
}
