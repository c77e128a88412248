/** Routes of templates: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html */
import type { Clock } from '@im/core';
import { type JsonInput, object, pageOf, text } from '../../common/fake/input.ts';
import { fault } from '../../common/fake/protocols.ts';
import { respond } from '../../common/fake/server.ts';
import type { FakeCall, RestService } from '../../common/fake/service.ts';
import type { SesAccount } from './state.ts';
import { contentOf, keptTemplate } from './templates.ts';

const bad = 'BadRequestException';
const templates = '/v2/email/templates';
const largestPage = 100;

/** The routes. */
export function templateRoutes(
  accountOf: (call: FakeCall) => SesAccount,
  bodyOf: (call: FakeCall) => JsonInput,
  clock: Clock,
): RestService['routes'] {
  const nameOf = ({ request }: FakeCall) => request.params.name ?? '';
  return {
    [`POST ${templates}`](call) {
      const input = bodyOf(call);
      const name = text(input, 'TemplateName', bad);
      const account = accountOf(call);
      if (account.templates.has(name))
        throw fault('AlreadyExistsException', `Template ${name} already exists`);
      const content = contentOf(object(input, 'TemplateContent') ?? {});
      account.templates.set(name, { ...content, createdAt: clock.now() });
      return respond({ status: 200 });
    },
    [`GET ${templates}`](call) {
      const { query } = call.request;
      const size = Number(query.get('PageSize') ?? 10);
      if (!(size >= 1 && size <= largestPage)) throw fault(bad, 'PageSize must be between 1 and 100');
      const all = [...accountOf(call).templates].map(([TemplateName, { createdAt }]) => ({
        TemplateName,
        CreatedTimestamp: createdAt / 1_000,
      }));
      const { items, next } = pageOf(all, query.get('NextToken') ?? undefined, size);
      return { TemplatesMetadata: items, ...(next !== undefined && { NextToken: next }) };
    },
    [`GET ${templates}/:name`](call) {
      const { subject: Subject, text: Text, html: Html } = keptTemplate(accountOf(call), nameOf(call));
      return { TemplateName: nameOf(call), TemplateContent: { Subject, Text, Html } };
    },
    [`PUT ${templates}/:name`](call) {
      const account = accountOf(call);
      const { createdAt } = keptTemplate(account, nameOf(call));
      const content = contentOf(object(bodyOf(call), 'TemplateContent') ?? {});
      account.templates.set(nameOf(call), { ...content, createdAt });
      return respond({ status: 200 });
    },
    [`DELETE ${templates}/:name`](call) {
      const account = accountOf(call);
      keptTemplate(account, nameOf(call));
      account.templates.delete(nameOf(call));
      return respond({ status: 200 });
    },
  };
}
