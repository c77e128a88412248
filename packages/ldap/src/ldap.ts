import { type Call, defineIntegration, idempotent, keyed, pages, read } from '@im/core';
import { createHttp, fromOffset, none, offsetPage, path, staticToken } from '@im/http';
import { ldapErrors, readFailure } from './errors.ts';
import { ldapOptions } from './options.ts';
import { wireItem, wireItems } from './wire.ts';

const pageSizes = { pageSize: 50, maxPageSize: 100 };

/** LDAP. The operations here are examples: one of each kind, to be replaced by the vendor's. */
export const ldap = defineIntegration({
  id: 'ldap',
  title: 'LDAP',
  category: 'auth',
  contract: 1,
  docs: 'https://developer.ldap.com/',
  options: ldapOptions,
  egress: ['api.ldap.com'],
  errors: ldapErrors,
  resilience: { timeoutMs: 10_000 },

  http: (context) =>
    createHttp(context, {
      baseUrl: context.options.baseUrl,
      token: staticToken(context.options.apiKey),
      readFailure,
    }),

  connect: ({ http }) => ({
    /** One item. */
    getItem: read((id: string, call: Call) => http.get(path`items/${id}`, wireItem, call)),

    /** All items, oldest first. */
    listItems: pages(
      read(async (call: Call) => {
        const at = fromOffset(call, pageSizes);
        const { items, total } = await http.get('items', wireItems, call, { query: { ...at } });
        return offsetPage(items, at, { total });
      }),
    ),

    /** Makes an item. The vendor knows a repetition by the `idempotency-key` header. */
    createItem: keyed((name: string, call: Call) => http.post('items', wireItem, call, { json: { name } })),

    /** Deletes an item; deleting it again changes nothing. */
    deleteItem: idempotent((id: string, call: Call) => http.delete(path`items/${id}`, none, call)),
  }),

  check: (api, call) => api.listItems({ ...call, limit: 1, pageSize: 1 }).toArray(),
});
