export type { BatchFailure } from '../common/batch.ts';
export { sesErrors } from './errors.ts';
export type {
  AccountInfo,
  BulkEmail,
  BulkEntry,
  BulkResult,
  EmailAddress,
  EmailSettings,
  EmailTemplate,
  IdentityInfo,
  IdentitySummary,
  OutgoingEmail,
  RawEmail,
  Recipients,
  SentEmail,
  SimpleEmail,
  SuppressedAddress,
  SuppressionFilter,
  SuppressionReason,
  TemplateContent,
  TemplateData,
  TemplateEmail,
  TemplateRef,
  TemplateSummary,
} from './model.ts';
export { type SesOptions, sesOptions } from './options.ts';
export { ses } from './ses.ts';
