/** Sending e-mails. SES has no key against doubles, so each is sent once. */
import { type Call, unsafe } from '@im/core';
import { promised, refuse } from '../../common/service.ts';
import { toAddress, toHeaders } from '../addresses.ts';
import type { Service } from '../client.ts';
import { tagsAs, toContent, toDestination, toResult, toSettings } from '../map.ts';
import type { BulkEmail, BulkEntry, BulkResult, OutgoingEmail, SentEmail } from '../model.ts';
import { checkFilled, toData, toTemplate } from '../templates.ts';

const docs = 'https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_';

/** Most e-mails of a bulk. */
const mostEntries = 50;

/** Operations that send. */
export function sendOperations(service: Service) {
  return {
    /** Sends one e-mail, of parts, of a template, or complete. What could be an injected header or address is refused. */
    sendEmail: unsafe(
      async (email: OutgoingEmail, call: Call): Promise<SentEmail> => {
        const Destination = toDestination(email, 'raw' in email);
        const input = {
          ...(email.from !== undefined && { FromEmailAddress: toAddress(email.from, 'from') }),
          ...(Destination !== undefined && { Destination }),
          Content: toContent(email),
          ...toSettings(email),
          ...tagsAs('EmailTags', email.tags),
        };
        const sent = await service.send((ses) => new ses.SendEmailCommand(input), call);
        return { id: promised(sent.MessageId, 'MessageId') };
      },
      {
        docs: `${docs}SendEmail.html`,
        scopes: ['ses:SendEmail', 'ses:SendRawEmail', 'ses:SendTemplatedEmail'],
      },
    ),

    /** Sends up to 50 e-mails of one template, with a result for each. */
    sendBulkEmail: unsafe(
      async (email: BulkEmail, entries: readonly BulkEntry[], call: Call): Promise<readonly BulkResult[]> => {
        if (entries.length === 0 || entries.length > mostEntries)
          refuse(`a bulk has 1 to ${mostEntries} e-mails; this one has ${entries.length}`);
        const input = {
          FromEmailAddress: toAddress(email.from, 'from'),
          DefaultContent: {
            Template: { ...toTemplate(email.template, email.data), ...toHeaders(email.headers) },
          },
          BulkEmailEntries: entries.map((entry) => toEntry(entry, email)),
          ...toSettings(email),
          ...tagsAs('DefaultEmailTags', email.tags),
        };
        const sent = await service.send((ses) => new ses.SendBulkEmailCommand(input), call);
        const results = promised(sent.BulkEmailEntryResults, 'BulkEmailEntryResults');
        return entries.map((_, index) => toResult(promised(results[index], `result for entry ${index}`)));
      },
      { docs: `${docs}SendBulkEmail.html`, scopes: ['ses:SendBulkEmail', 'ses:SendBulkTemplatedEmail'] },
    ),
  };
}

function toEntry(entry: BulkEntry, { template }: BulkEmail) {
  checkFilled(template, entry.data ?? {});
  const { Headers } = toHeaders(entry.headers);
  return {
    Destination: toDestination(entry) ?? {},
    ...tagsAs('ReplacementTags', entry.tags),
    ...(entry.data !== undefined && {
      ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: toData(entry.data) } },
    }),
    ...(Headers !== undefined && { ReplacementHeaders: Headers }),
  };
}
