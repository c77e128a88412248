/** What the account may send, who may be a sender, and who gets nothing. */
import { type Call, idempotent, type Page, pages, read, VendorError } from '@im/core';
import { promised, refuse, within } from '../../common/service.ts';
import { bareAddress } from '../addresses.ts';
import type { Service } from '../client.ts';
import { fromReason, toAccount, toIdentity, toSummary, toSuppressed } from '../map.ts';
import type {
  AccountInfo,
  IdentityInfo,
  IdentitySummary,
  SuppressedAddress,
  SuppressionFilter,
  SuppressionReason,
} from '../model.ts';

const docs = 'https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_';
const largestPage = 1_000;

/** Operations on the account. */
export function accountOperations(service: Service) {
  return {
    /** Quota, and whether the account may send at all. */
    getAccount: read(
      async (call: Call): Promise<AccountInfo> =>
        toAccount(await service.send((ses) => new ses.GetAccountCommand({}), call)),
      { docs: `${docs}GetAccount.html`, scopes: ['ses:GetAccount'] },
    ),

    /** Addresses and domains that may be senders, also those that are not verified yet. */
    listEmailIdentities: pages(
      read(
        async (call: Call): Promise<Page<IdentitySummary>> => {
          const page = await service.send((ses) => new ses.ListEmailIdentitiesCommand(pageOf(call)), call);
          return {
            items: promised(page.EmailIdentities, 'EmailIdentities').map(toSummary),
            next: page.NextToken,
          };
        },
        { docs: `${docs}ListEmailIdentities.html`, scopes: ['ses:ListEmailIdentities'] },
      ),
    ),

    /** One of them, by its address or domain. */
    getEmailIdentity: read(
      async (name: string, call: Call): Promise<IdentityInfo> => {
        if (!/^[\w!#$%&'*+/=?^`{|}~.@-]{1,320}$/.test(name) || !/[A-Za-z\d]/.test(name))
          refuse('an identity is an address or a domain in ASCII');
        const input = { EmailIdentity: name };
        return toIdentity(name, await service.send((ses) => new ses.GetEmailIdentityCommand(input), call));
      },
      { docs: `${docs}GetEmailIdentity.html`, scopes: ['ses:GetEmailIdentity'] },
    ),

    /** Sends nothing to an address from now on. */
    suppress: idempotent(
      async (address: string, reason: SuppressionReason, call: Call): Promise<void> => {
        const input = { EmailAddress: bareAddress(address, 'the address'), Reason: fromReason(reason) };
        await service.send((ses) => new ses.PutSuppressedDestinationCommand(input), call);
      },
      { docs: `${docs}PutSuppressedDestination.html`, scopes: ['ses:PutSuppressedDestination'] },
    ),

    /** Why and since when an address gets nothing. @throws `IntegrationError` `not_found` when it gets something */
    getSuppressed: read(
      async (address: string, call: Call): Promise<SuppressedAddress> => {
        const input = { EmailAddress: bareAddress(address, 'the address') };
        const found = await service.send((ses) => new ses.GetSuppressedDestinationCommand(input), call);
        return toSuppressed(promised(found.SuppressedDestination, 'SuppressedDestination'));
      },
      { docs: `${docs}GetSuppressedDestination.html`, scopes: ['ses:GetSuppressedDestination'] },
    ),

    /** Sends to an address again. @throws `IntegrationError` `not_found` when it is not suppressed */
    unsuppress: idempotent(
      async (address: string, call: Call): Promise<void> => {
        const input = { EmailAddress: bareAddress(address, 'the address') };
        try {
          await service.send((ses) => new ses.DeleteSuppressedDestinationCommand(input), call);
        } catch (error) {
          // An earlier attempt has done it, and its answer was lost.
          const isGone = error instanceof VendorError && error.failure.reason === 'NotFoundException';
          if (call.attempt === 1 || !isGone) throw error;
        }
      },
      { docs: `${docs}DeleteSuppressedDestination.html`, scopes: ['ses:DeleteSuppressedDestination'] },
    ),

    /** Addresses that get nothing. */
    listSuppressed: pages(
      read(
        async (filter: SuppressionFilter | undefined, call: Call): Promise<Page<SuppressedAddress>> => {
          const { reason, since, until } = filter ?? {};
          for (const at of [since, until])
            if (at !== undefined && Number.isNaN(new Date(at).getTime()))
              refuse('since and until must be milliseconds since 1970');
          const input = {
            ...pageOf(call),
            ...(reason !== undefined && { Reasons: [fromReason(reason)] }),
            ...(since !== undefined && { StartDate: new Date(since) }),
            ...(until !== undefined && { EndDate: new Date(until) }),
          };
          const page = await service.send((ses) => new ses.ListSuppressedDestinationsCommand(input), call);
          return {
            items: promised(page.SuppressedDestinationSummaries, 'SuppressedDestinationSummaries').map(
              toSuppressed,
            ),
            next: page.NextToken,
          };
        },
        { docs: `${docs}ListSuppressedDestinations.html`, scopes: ['ses:ListSuppressedDestinations'] },
      ),
    ),
  };
}

function pageOf(call: Call) {
  return {
    PageSize: within('pageSize', call.pageSize ?? largestPage, 1, largestPage),
    ...(call.cursor !== undefined && { NextToken: call.cursor }),
  };
}
