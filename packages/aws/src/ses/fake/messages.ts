/** Reads e-mails that are to be sent, and refuses what SES refuses. */
import { type JsonInput, object, objects, optionalText, text, texts } from '../../common/fake/input.ts';
import { fault } from '../../common/fake/protocols.ts';
import type { SesAccount, StoredEmail } from './state.ts';
import { fillIn } from './templates.ts';

const bad = 'BadRequestException';

/** What stands in a request, before it has an id. */
export type ReadEmail = Omit<StoredEmail, 'id' | 'at' | 'suppressed'>;

/** `SendEmail` @throws what SES answers */
export function readEmail(input: JsonInput, account: SesAccount): ReadEmail {
  const content = object(input, 'Content') ?? {};
  const [kind, ...others] = Object.keys(content);
  if (kind === undefined || others.length > 0)
    throw fault(bad, 'Content must have exactly one of Simple, Raw and Template');
  const destination = object(input, 'Destination');
  const email: ReadEmail = {
    from: optionalText(input, 'FromEmailAddress'),
    ...recipientsOf(destination ?? {}),
    replyTo: texts(input, 'ReplyToAddresses'),
    tags: pairs(objects(input, 'EmailTags')),
    headers: pairs(objects(object(content, kind) ?? {}, 'Headers')),
    ...contentOf(kind, object(content, kind) ?? {}, account),
  };
  check(email, input, account);
  if (destination === undefined && email.raw === undefined) throw fault(bad, 'Missing destination');
  return email;
}

/** An entry of `SendBulkEmail` with the defaults of all. */
export function readBulkEntry(input: JsonInput, entry: JsonInput, account: SesAccount): ReadEmail {
  const template = object(object(input, 'DefaultContent') ?? {}, 'Template') ?? {};
  const replacement = object(object(entry, 'ReplacementEmailContent') ?? {}, 'ReplacementTemplate') ?? {};
  const either = (name: string, from: JsonInput, otherwise: string) =>
    name in entry ? objects(entry, name) : objects(from, otherwise);
  const data = {
    ...parse(optionalText(template, 'TemplateData')),
    ...parse(optionalText(replacement, 'ReplacementTemplateData')),
  };
  const email: ReadEmail = {
    from: text(input, 'FromEmailAddress', bad),
    ...recipientsOf(object(entry, 'Destination') ?? {}),
    replyTo: texts(input, 'ReplyToAddresses'),
    tags: pairs(either('ReplacementTags', input, 'DefaultEmailTags')),
    headers: pairs(either('ReplacementHeaders', template, 'Headers')),
    ...fillIn(template, account, data),
  };
  check(email, input, account);
  return email;
}

function contentOf(kind: string, content: JsonInput, account: SesAccount): Partial<StoredEmail> {
  if (kind === 'Raw') return { raw: Buffer.from(text(content, 'Data', bad), 'base64') };
  if (kind === 'Template') return fillIn(content, account, parse(optionalText(content, 'TemplateData')));
  const body = object(content, 'Body') ?? {};
  const part = (from: JsonInput, name: string) =>
    object(from, name) && optionalText(object(from, name) ?? {}, 'Data');
  return { subject: part(content, 'Subject'), text: part(body, 'Text'), html: part(body, 'Html') };
}

function recipientsOf(destination: JsonInput) {
  return {
    to: texts(destination, 'ToAddresses'),
    cc: texts(destination, 'CcAddresses'),
    bcc: texts(destination, 'BccAddresses'),
  };
}

function check(email: ReadEmail, input: JsonInput, account: SesAccount): void {
  const set = optionalText(input, 'ConfigurationSetName');
  if (set !== undefined && !account.configurationSets.has(set))
    throw fault('NotFoundException', `Configuration set <${set}> does not exist.`, { status: 404 });
  if (email.to.length + email.cc.length + email.bcc.length > 50)
    throw fault(bad, 'Recipient count exceeds 50.');
  for (const address of [...email.to, ...email.cc, ...email.bcc])
    if (!/^[^@]+@[^@]+$/.test(bareOf(address))) throw fault(bad, "Missing final '@domain'");
  const from = email.from ?? fromOf(email.raw);
  if (!account.identities.some(({ name, isVerified }) => isVerified && covers(name, bareOf(from))))
    throw fault(
      'MessageRejected',
      `Email address is not verified. The following identities failed the check in region US-EAST-1: ${from}`,
    );
}

/** The address in `Ann <ann@example.com>`. */
export function bareOf(address: string): string {
  return /<([^<>]*)>$/.exec(address)?.[1] ?? address;
}

function covers(identity: string, address: string): boolean {
  return identity.includes('@') ? address === identity : new RegExp(`[@.]${identity}$`).test(address);
}

function fromOf(raw: Uint8Array | undefined): string {
  return /^from:[ \t]*(.*?)\r?$/im.exec(Buffer.from(raw ?? []).toString('latin1'))?.[1] ?? '';
}

function pairs(all: readonly JsonInput[]): Readonly<Record<string, string>> {
  return Object.fromEntries(all.map((one) => [text(one, 'Name', bad), text(one, 'Value', bad)]));
}

function parse(data: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(data ?? '{}') as Readonly<Record<string, unknown>>;
  } catch {
    throw fault(bad, 'Template data is not valid JSON');
  }
}
