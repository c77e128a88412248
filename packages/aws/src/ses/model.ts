/** What applications hold: e-mails, identities, suppressed addresses and the account. */
import type { BatchFailure } from '../common/batch.ts';

/** `ann@example.com`, `Ann <ann@example.com>`, or in parts, where the name may have any letters. */
export type EmailAddress = string | { readonly name?: string | undefined; readonly address: string };

/** Whom an e-mail goes to: 1 to 50 in all. */
export interface Recipients {
  readonly to?: readonly EmailAddress[] | undefined;
  readonly cc?: readonly EmailAddress[] | undefined;
  /** Not seen by the others. */
  readonly bcc?: readonly EmailAddress[] | undefined;
}

/** What every e-mail may have. */
export interface EmailSettings {
  /** Where replies go. */
  readonly replyTo?: readonly EmailAddress[] | undefined;
  /** Where bounces and complaints go, if not to the identity's own places. */
  readonly feedbackTo?: string | undefined;
  /** For the events of the configuration set: letters, digits and `_-.@`, up to 256 each. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly configurationSet?: string | undefined;
  /** ARN of somebody else's identity that allows this account to send. */
  readonly fromIdentityArn?: string | undefined;
}

/** An e-mail that SES puts together. */
export interface SimpleEmail extends Recipients, EmailSettings {
  readonly from: EmailAddress;
  readonly subject: string;
  /** At least one of both. */
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** Up to 15 more headers, such as `List-Unsubscribe`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A template: `Hello {{name}}`. */
export interface TemplateContent {
  readonly subject: string;
  /** At least one of both; all together up to 500 KiB. */
  readonly text?: string | undefined;
  readonly html?: string | undefined;
}

/** A template that SES keeps. */
export interface EmailTemplate extends TemplateContent {
  readonly name: string;
}

/** A template of a list. */
export interface TemplateSummary {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt?: number | undefined;
}

/** Which template: its name, the ARN of somebody else's, or one that is sent along and kept nowhere. */
export type TemplateRef = string | { readonly arn: string } | TemplateContent;

/** What a template is filled with: JSON of at most 256 KiB. */
export type TemplateData = Readonly<Record<string, unknown>>;

/** An e-mail of a template. */
export interface TemplateEmail extends Recipients, EmailSettings {
  readonly from: EmailAddress;
  readonly template: TemplateRef;
  /** What is filled in. */
  readonly data?: TemplateData | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** An e-mail that is complete: MIME (RFC 5322) with its headers, attachments and all. */
export interface RawEmail extends Recipients, EmailSettings {
  /** Up to 40 MB in base64, which is 30 MB as it is; lines of up to 1,000 bytes. */
  readonly raw: Uint8Array;
  /** Default: the header's. */
  readonly from?: EmailAddress | undefined;
}

/** What is sent. */
export type OutgoingEmail = SimpleEmail | TemplateEmail | RawEmail;

/** An e-mail that was accepted; whether it arrives is another matter. */
export interface SentEmail {
  readonly id: string;
}

/** What the e-mails of a bulk have in common. */
export interface BulkEmail extends EmailSettings {
  readonly from: EmailAddress;
  readonly template: TemplateRef;
  /** What is filled in where an entry says nothing else. */
  readonly data?: TemplateData | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One e-mail of a bulk. */
export interface BulkEntry extends Recipients {
  readonly data?: TemplateData | undefined;
  /** Instead of those of the bulk. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What became of one e-mail of a bulk, in the order of the entries. */
export type BulkResult = ({ readonly ok: true } & SentEmail) | BatchFailure;

/** A sender of a list. */
export interface IdentitySummary {
  /** An address or a domain. */
  readonly name: string;
  /** `EMAIL_ADDRESS`, `DOMAIN`, `MANAGED_DOMAIN`. */
  readonly type: string;
  /** `PENDING`, `SUCCESS`, `FAILED`, `TEMPORARY_FAILURE`, `NOT_STARTED`. */
  readonly verification?: string | undefined;
  readonly maySend: boolean;
}

/** A sender. */
export interface IdentityInfo extends IdentitySummary {
  /** Whether bounces and complaints are sent on by e-mail. */
  readonly forwardsFeedback: boolean;
  readonly configurationSet?: string | undefined;
  readonly dkim?:
    | {
        readonly isOn: boolean;
        readonly status?: string | undefined;
        /** For the CNAME records of the domain. */
        readonly tokens: readonly string[];
      }
    | undefined;
  readonly mailFrom?: { readonly domain: string; readonly status: string } | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Why an address gets nothing. */
export type SuppressionReason = 'bounce' | 'complaint';

/** An address that gets nothing from this account. */
export interface SuppressedAddress {
  readonly address: string;
  readonly reason: SuppressionReason;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

/** Which suppressed addresses are listed. */
export interface SuppressionFilter {
  /** Default: for any reason. */
  readonly reason?: SuppressionReason | undefined;
  /** Milliseconds since 1970: put there after, and before. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** What the account may send. */
export interface AccountInfo {
  readonly maySend: boolean;
  /** `false` in the sandbox, where every receiver must be verified. */
  readonly isInProduction: boolean;
  /** `HEALTHY`, `PROBATION`, `SHUTDOWN`. */
  readonly enforcement?: string | undefined;
  readonly quota: {
    /** E-mails in 24 hours; -1 is without limit. */
    readonly perDay: number;
    readonly perSecond: number;
    readonly sentLastDay: number;
  };
  /** Reasons for which addresses are suppressed by themselves. */
  readonly suppresses: readonly SuppressionReason[];
}
