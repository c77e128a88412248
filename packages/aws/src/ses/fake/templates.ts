/** Templates of the fake: found, and filled in as far as `{{name}}` and `{{a.b}}` go. */
import { type JsonInput, object, optionalText, text } from '../../common/fake/input.ts';
import { fault } from '../../common/fake/protocols.ts';
import type { SesAccount, StoredEmail, StoredTemplate } from './state.ts';

const bad = 'BadRequestException';

type Filled = Pick<StoredEmail, 'template' | 'data' | 'subject' | 'text' | 'html' | 'renderingFailed'>;

/** Fills in the template that a request names, or holds. @throws what SES answers */
export function fillIn(
  input: JsonInput,
  account: SesAccount,
  data: Readonly<Record<string, unknown>>,
): Filled {
  const { name, template } = templateOf(input, account);
  const holes: string[] = [];
  const fill = (part: string | undefined) =>
    part?.replace(/\{\{\{?\s*([\w.]+)\s*\}?\}\}/g, (_, path: string) => {
      const value = path.split('.').reduce<unknown>((inside, key) => Object(inside)[key], data);
      if (value === undefined) holes.push(path);
      return String(value);
    });
  const filled = { subject: fill(template.subject), text: fill(template.text), html: fill(template.html) };
  if (holes.length > 0) return { template: name, data, renderingFailed: true };
  return { template: name, data, ...filled };
}

function templateOf(
  input: JsonInput,
  account: SesAccount,
): { readonly name: string; readonly template: Omit<StoredTemplate, 'createdAt'> } {
  const content = object(input, 'TemplateContent');
  const arn = optionalText(input, 'TemplateArn');
  const given = optionalText(input, 'TemplateName');
  if ([content, arn, given].filter((one) => one !== undefined).length !== 1)
    throw fault(bad, 'Exactly one of TemplateName, TemplateArn and TemplateContent is needed');
  if (content !== undefined) return { name: 'inline', template: contentOf(content) };
  const name = given ?? arn?.split('/').at(-1) ?? '';
  return { name, template: keptTemplate(account, name) };
}

/** A template that is kept. @throws `NotFoundException` */
export function keptTemplate(account: SesAccount, name: string): StoredTemplate {
  const found = account.templates.get(name);
  if (found !== undefined) return found;
  throw fault('NotFoundException', `Template ${name} does not exist`, { status: 404 });
}

/** The content of a template. @throws `BadRequestException` */
export function contentOf(content: JsonInput): Omit<StoredTemplate, 'createdAt'> {
  const [plain, html] = [optionalText(content, 'Text'), optionalText(content, 'Html')];
  if (plain === undefined && html === undefined) throw fault(bad, 'The template has neither text nor HTML');
  return { subject: text(content, 'Subject', bad), text: plain, html };
}
