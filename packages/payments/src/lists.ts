/** What a gateway lists: customers' methods, disputes, payouts and what they consist of, payments by time. */
import { createPages, type Page } from '@im/core';
import { refuseCardData } from './card-guard.ts';
import { checkNamed } from './checks.ts';
import { type GatewayContext, placeOf, run, signalOf } from './context.ts';
import type { DriverCall, DriverVault, SettlementLine, TimeRange } from './driver.ts';
import type { GatewayCall, ListOptions } from './gateway.types.ts';
import { absorb, breach } from './integrity.ts';
import { equalMoney, isMoney, subtractMoney } from './money.ts';

/** The members that follow the driver's. */
export function listsOf(context: GatewayContext) {
  const { vault, disputes, payouts, settlements, listing } = context.driver;
  return {
    ...(vault && vaultOf(context, vault)),
    ...(disputes && { disputes: (list?: ListOptions) => pagesOf(context, 'disputes', disputes, list) }),
    ...(payouts && { payouts: (list?: ListOptions) => pagesOf(context, 'payouts', payouts, list) }),
    ...(settlements && {
      settlements: (payout: string, list?: ListOptions) => settlementLines(context, payout, list),
    }),
    ...(listing && {
      list: (range: TimeRange, list?: ListOptions) => {
        const fetch = async (cursor: string | undefined, call: DriverCall) => {
          const { items, next } = await listing(range, cursor, call);
          const place = placeOf(context, 'list');
          return { items: await Promise.all(items.map((told) => absorb(context, told, place))), next };
        };
        return pagesOf(context, 'list', fetch, list);
      },
    }),
  };
}

/** The lines of a payout, each whole in itself. */
export function settlementLines(context: GatewayContext, payout: string, list?: ListOptions) {
  const { settlements } = context.driver;
  const fetch = async (cursor: string | undefined, call: DriverCall): Promise<Page<SettlementLine>> => {
    const page = (await settlements?.(payout, cursor, call)) ?? { items: [] };
    for (const line of page.items) checkLine(context, line);
    return page;
  };
  return pagesOf(context, 'settlements', fetch, list);
}

function checkLine(context: GatewayContext, { id, payment, gross, fee, net }: SettlementLine): void {
  const isWhole = [gross, fee, net].every((one) => isMoney(one) && one.currency === net.currency);
  if (isWhole && equalMoney(subtractMoney(gross, fee), net)) return;
  const place = placeOf(context, 'settlements', { payment });
  throw breach(context, place, 'integrity', `line ${JSON.stringify(id)} of the settlement does not add up`);
}

function vaultOf(context: GatewayContext, vault: DriverVault) {
  return {
    createCustomer: (
      customer: { readonly reference: string; readonly email?: string | undefined },
      call?: GatewayCall,
    ) => {
      const place = placeOf(context, 'createCustomer', { reference: customer.reference });
      checkNamed(context, customer, place);
      // The reference is the key: the same customer is never made twice, and no money moves.
      const idempotencyKey = `customer-${customer.reference}`;
      return run(place, signalOf(call), (driverCall) =>
        vault.createCustomer(customer, { ...driverCall, idempotencyKey }),
      );
    },
    listMethods: (customer: string, list?: ListOptions) => {
      refuseCardData(customer, context.driver.name, 'listMethods');
      return pagesOf(
        context,
        'listMethods',
        (cursor, call) => vault.listMethods(customer, cursor, call),
        list,
      );
    },
    deleteMethod: async (id: string, call?: GatewayCall) => {
      refuseCardData(id, context.driver.name, 'deleteMethod');
      return run(placeOf(context, 'deleteMethod'), signalOf(call), (driverCall) =>
        vault.deleteMethod(id, driverCall),
      );
    },
  };
}

function pagesOf<Item>(
  context: GatewayContext,
  operation: string,
  fetch: (cursor: string | undefined, call: DriverCall) => Promise<Page<Item>>,
  list: ListOptions = {},
) {
  const names = { provider: context.driver.name, operation };
  return createPages<Item>(
    (cursor) => run(placeOf(context, operation), signalOf(list), (call) => fetch(cursor, call)),
    list,
    names,
  );
}
