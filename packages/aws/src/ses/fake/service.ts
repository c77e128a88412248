/** The operations of the fake: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Operations.html */
import type { Clock } from '@im/core';
import {
  type JsonInput,
  objects,
  optionalNumber,
  optionalText,
  pageOf,
  text,
} from '../../common/fake/input.ts';
import { fault, isFault } from '../../common/fake/protocols.ts';
import { respond } from '../../common/fake/server.ts';
import type { FakeCall, RestService } from '../../common/fake/service.ts';
import { bareOf, type ReadEmail, readBulkEntry, readEmail } from './messages.ts';
import type { SesAccount, SesState, StoredIdentity } from './state.ts';
import { templateRoutes } from './template-routes.ts';

const bad = 'BadRequestException';
const dayMs = 86_400_000;
const identities = '/v2/email/identities';
const addresses = '/v2/email/suppression/addresses';

/** Names of errors as a bulk has them. */
const bulkStatuses: Readonly<Record<string, string | undefined>> = {
  MessageRejected: 'MESSAGE_REJECTED',
  BadRequestException: 'INVALID_PARAMETER',
};

/** The service over its state. */
export function sesFakeService(state: SesState, clock: Clock): RestService {
  const accountOf = ({ principal }: FakeCall): SesAccount => state.of(principal.account.accountId);

  const accept = (email: ReadEmail, account: SesAccount): string => {
    const id = state.nextId();
    const receivers = [...email.to, ...email.cc, ...email.bcc].map(bareOf);
    const suppressed = receivers.filter((address) => account.suppressed.has(address));
    account.sent.push({ ...email, id, suppressed, at: clock.now() });
    return id;
  };

  const suppressedOf = (call: FakeCall) => {
    const { address = '' } = call.request.params;
    const found = accountOf(call).suppressed.get(address);
    if (found === undefined)
      throw fault('NotFoundException', `Email address ${address} does not exist on your suppression list.`, {
        status: 404,
      });
    return { EmailAddress: address, Reason: found.reason, LastUpdateTime: found.at / 1_000 };
  };

  /** What a page is asked for by is in the query, or in a body. */
  const page = <Item>(call: FakeCall, all: readonly Item[], member: string, body: JsonInput = {}) => {
    const { query } = call.request;
    const size = optionalNumber(body, 'PageSize') ?? Number(query.get('PageSize') ?? 1_000);
    if (!(size >= 1 && size <= 1_000)) throw fault(bad, 'PageSize must be between 1 and 1000');
    const token = optionalText(body, 'NextToken') ?? query.get('NextToken') ?? undefined;
    const { items, next } = pageOf(all, token, size);
    return { [member]: items, ...(next !== undefined && { NextToken: next }) };
  };
  const identityPage = (call: FakeCall, body?: JsonInput) =>
    page(call, accountOf(call).identities.map(toListed), 'EmailIdentities', body);

  return {
    service: 'ses',
    kind: 'rest',
    routes: {
      ...templateRoutes(accountOf, bodyOf, clock),
      'POST /v2/email/outbound-emails'(call) {
        const account = accountOf(call);
        return { MessageId: accept(readEmail(bodyOf(call), account), account) };
      },
      'POST /v2/email/outbound-bulk-emails'(call) {
        const input = bodyOf(call);
        const account = accountOf(call);
        const entries = objects(input, 'BulkEmailEntries');
        if (entries.length === 0 || entries.length > 50)
          throw fault(bad, 'The number of destinations must be between 1 and 50');
        return {
          BulkEmailEntryResults: entries.map((entry) => {
            try {
              const MessageId = accept(readBulkEntry(input, entry, account), account);
              return { Status: 'SUCCESS', MessageId };
            } catch (thrown) {
              if (!isFault(thrown)) throw thrown;
              const Status = bulkStatuses[thrown.code];
              // What is wrong with all of them is an error of the whole.
              if (Status === undefined) throw thrown;
              return { Status, Error: thrown.message };
            }
          }),
        };
      },
      // The SDK posts it; its earlier versions, and AWS's description of 2025, have the other.
      'POST /v2/email/list-identities': (call) => identityPage(call, bodyOf(call)),
      [`GET ${identities}`]: (call) => identityPage(call),
      [`GET ${identities}/:identity`](call) {
        const name = call.request.params.identity ?? '';
        const found = accountOf(call).identities.find((one) => one.name === name);
        if (found === undefined)
          throw fault('NotFoundException', `Email identity ${name} does not exist.`, { status: 404 });
        return toDetails(found);
      },
      [`PUT ${addresses}`](call) {
        const input = bodyOf(call);
        const reason = text(input, 'Reason', bad);
        if (!/^(BOUNCE|COMPLAINT)$/.test(reason)) throw fault(bad, 'Reason must be BOUNCE or COMPLAINT');
        accountOf(call).suppressed.set(text(input, 'EmailAddress', bad), { reason, at: clock.now() });
        return respond({ status: 200 });
      },
      [`GET ${addresses}/:address`]: (call) => ({ SuppressedDestination: suppressedOf(call) }),
      [`DELETE ${addresses}/:address`](call) {
        accountOf(call).suppressed.delete(suppressedOf(call).EmailAddress);
        return respond({ status: 200 });
      },
      [`GET ${addresses}`](call) {
        const { query } = call.request;
        const [reasons, from, to] = [query.getAll('Reason'), query.get('StartDate'), query.get('EndDate')];
        const all = [...accountOf(call).suppressed]
          .filter(
            ([, { reason, at }]) =>
              (reasons.length === 0 || reasons.includes(reason)) &&
              (from === null || at >= Date.parse(from)) &&
              (to === null || at <= Date.parse(to)),
          )
          .map(([EmailAddress, { reason, at }]) => ({
            EmailAddress,
            Reason: reason,
            LastUpdateTime: at / 1_000,
          }));
        return page(call, all, 'SuppressedDestinationSummaries');
      },
      'GET /v2/email/account'(call) {
        const { sent } = accountOf(call);
        return {
          DedicatedIpAutoWarmupEnabled: false,
          EnforcementStatus: 'HEALTHY',
          ProductionAccessEnabled: true,
          SendingEnabled: true,
          SendQuota: {
            Max24HourSend: 50_000,
            MaxSendRate: 14,
            SentLast24Hours: sent.filter(({ at }) => at > clock.now() - dayMs).length,
          },
          SuppressionAttributes: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
        };
      },
    },
  };
}

function toListed({ name, isVerified }: StoredIdentity) {
  return {
    IdentityType: typeOf(name),
    IdentityName: name,
    SendingEnabled: isVerified,
    VerificationStatus: isVerified ? 'SUCCESS' : 'PENDING',
  };
}

function toDetails({ name, isVerified }: StoredIdentity) {
  return {
    IdentityType: typeOf(name),
    FeedbackForwardingStatus: true,
    VerifiedForSendingStatus: isVerified,
    VerificationStatus: isVerified ? 'SUCCESS' : 'PENDING',
    DkimAttributes: {
      SigningEnabled: isVerified,
      Status: isVerified ? 'SUCCESS' : 'PENDING',
      Tokens: ['aaaa', 'bbbb', 'cccc'],
      SigningAttributesOrigin: 'AWS_SES',
    },
    MailFromAttributes: {
      MailFromDomain: `mail.${name.split('@').at(-1)}`,
      MailFromDomainStatus: isVerified ? 'SUCCESS' : 'PENDING',
      BehaviorOnMxFailure: 'USE_DEFAULT_VALUE',
    },
    Policies: {},
    Tags: [{ Key: 'team', Value: 'shop' }],
  };
}

const typeOf = (name: string) => (name.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN');

function bodyOf({ request }: FakeCall): JsonInput {
  const value = request.json();
  return typeof value === 'object' && value !== null ? (value as JsonInput) : {};
}
