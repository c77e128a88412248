/** Templates that SES keeps, by name. */
import { type Call, idempotent, type Page, pages, read, unsafe, VendorError } from '@im/core';
import { promised, within } from '../../common/service.ts';
import type { Service } from '../client.ts';
import type { EmailTemplate, TemplateContent, TemplateSummary } from '../model.ts';
import { checkTemplateName, fromTemplate, toTemplateContent } from '../templates.ts';

const docs = 'https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_';
/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListEmailTemplates.html */
const largestPage = 100;

/** Operations on templates. AWS takes about one change a second. */
export function templateOperations(service: Service) {
  return {
    /** Keeps a new template. @throws `IntegrationError` `already_exists` */
    createEmailTemplate: unsafe(
      async (name: string, content: TemplateContent, call: Call): Promise<void> => {
        const input = { TemplateName: checkTemplateName(name), TemplateContent: fromTemplate(content) };
        await service.send((ses) => new ses.CreateEmailTemplateCommand(input), call);
      },
      { docs: `${docs}CreateEmailTemplate.html`, scopes: ['ses:CreateEmailTemplate'] },
    ),

    /** Puts this content in the place of what the template had. */
    updateEmailTemplate: idempotent(
      async (name: string, content: TemplateContent, call: Call): Promise<void> => {
        const input = { TemplateName: checkTemplateName(name), TemplateContent: fromTemplate(content) };
        await service.send((ses) => new ses.UpdateEmailTemplateCommand(input), call);
      },
      { docs: `${docs}UpdateEmailTemplate.html`, scopes: ['ses:UpdateEmailTemplate'] },
    ),

    /** One template with its content. */
    getEmailTemplate: read(
      async (name: string, call: Call): Promise<EmailTemplate> => {
        const input = { TemplateName: checkTemplateName(name) };
        const found = await service.send((ses) => new ses.GetEmailTemplateCommand(input), call);
        return {
          name: promised(found.TemplateName, 'TemplateName'),
          ...toTemplateContent(promised(found.TemplateContent, 'TemplateContent')),
        };
      },
      { docs: `${docs}GetEmailTemplate.html`, scopes: ['ses:GetEmailTemplate'] },
    ),

    /** Templates without their contents. */
    listEmailTemplates: pages(
      read(
        async (call: Call): Promise<Page<TemplateSummary>> => {
          const input = {
            PageSize: within('pageSize', call.pageSize ?? largestPage, 1, largestPage),
            ...(call.cursor !== undefined && { NextToken: call.cursor }),
          };
          const page = await service.send((ses) => new ses.ListEmailTemplatesCommand(input), call);
          const items = promised(page.TemplatesMetadata, 'TemplatesMetadata').map((found) => ({
            name: promised(found.TemplateName, 'TemplateName'),
            createdAt: found.CreatedTimestamp?.getTime(),
          }));
          return { items, next: page.NextToken };
        },
        { docs: `${docs}ListEmailTemplates.html`, scopes: ['ses:ListEmailTemplates'] },
      ),
    ),

    /** Deletes a template. @throws `IntegrationError` `not_found` when there is none */
    deleteEmailTemplate: idempotent(
      async (name: string, call: Call): Promise<void> => {
        const input = { TemplateName: checkTemplateName(name) };
        try {
          await service.send((ses) => new ses.DeleteEmailTemplateCommand(input), call);
        } catch (error) {
          // An earlier attempt has done it, and its answer was lost.
          const isGone = error instanceof VendorError && error.failure.reason === 'NotFoundException';
          if (call.attempt === 1 || !isGone) throw error;
        }
      },
      { docs: `${docs}DeleteEmailTemplate.html`, scopes: ['ses:DeleteEmailTemplate'] },
    ),
  };
}
