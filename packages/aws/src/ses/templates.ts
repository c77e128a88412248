/**
 * Templates: those that SES keeps, and those that are sent along.
 *
 * @see {@link https://docs.aws.amazon.com/ses/latest/dg/send-personalized-email-api.html | SES: Templates}
 */
import type { EmailTemplateContent, Template } from '@aws-sdk/client-sesv2';
import { refuse } from '../common/service.ts';
import { checkLine } from './addresses.ts';
import type { TemplateContent, TemplateData, TemplateRef } from './model.ts';

/** https://docs.aws.amazon.com/ses/latest/dg/quotas.html */
const most = { templateBytes: 500 * 1024, dataBytes: 262_144 } as const;

/** The name of a template. @throws `VendorError` `invalid_argument` */
export function checkTemplateName(name: string): string {
  return /^[\w-]{1,64}$/.test(name)
    ? name
    : refuse('the name of a template is 1 to 64 letters, digits, - and _');
}

/** Content as the SDK wants it. */
export function fromTemplate({ subject, text, html }: TemplateContent): EmailTemplateContent {
  checkLine(subject, 'the subject');
  if (text === undefined && html === undefined) refuse('a template needs a text or html');
  const bytes = [subject, text ?? '', html ?? ''].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  if (bytes > most.templateBytes)
    refuse(`a template has at most ${most.templateBytes} bytes; this one has ${bytes}`);
  return {
    Subject: subject,
    ...(text !== undefined && { Text: text }),
    ...(html !== undefined && { Html: html }),
  };
}

/** Content of an answer. */
export function toTemplateContent({ Subject, Text, Html }: EmailTemplateContent): TemplateContent {
  return {
    subject: Subject ?? '',
    ...(Text !== undefined && { text: Text }),
    ...(Html !== undefined && { html: Html }),
  };
}

/**
 * A template with what is filled in. What the subject of one that is sent along is filled with must be a line; the subject of
 * one that SES keeps is not seen here.
 */
export function toTemplate(template: TemplateRef, data: TemplateData = {}): Template {
  const TemplateData = toData(data);
  if (typeof template === 'string') return { TemplateName: checkTemplateName(template), TemplateData };
  if ('arn' in template) {
    if (!/^arn:aws[\w-]*:ses:[\w-]+:\d{12}:template\/[\w-]{1,64}$/.test(template.arn))
      refuse('arn must be that of a template, such as arn:aws:ses:eu-north-1:111122223333:template/welcome');
    return { TemplateArn: template.arn, TemplateData };
  }
  checkFilled(template, data);
  return { TemplateContent: fromTemplate(template), TemplateData };
}

/** Refuses line breaks in what the subject is filled with. */
export function checkFilled(template: TemplateRef, data: TemplateData): void {
  if (typeof template === 'string' || 'arn' in template) return;
  for (const [, path = ''] of template.subject.matchAll(/\{\{\{?\s*([\w.]+)\s*\}?\}\}/g)) {
    const value = path
      .split('.')
      .reduce<unknown>((inside, name) => (isObject(inside) ? inside[name] : undefined), data);
    if (typeof value === 'string') checkLine(value, `${path}, which stands in the subject,`);
  }
}

/** What is filled in, as JSON. */
export function toData(data: TemplateData): string {
  const text = JSON.stringify(data);
  if (Buffer.byteLength(text) > most.dataBytes)
    refuse(`the data of a template has at most ${most.dataBytes} bytes`);
  return text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
