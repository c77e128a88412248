/** `/v1/customer/disputes` */
import type { FakeRequest } from '@im/testing';
import type { Account } from '../account.ts';
import { disputeActions } from '../dispute-actions.ts';
import { disputeStates, showDispute, showSummary } from '../disputes.ts';
import { bodyOf, type Fields, fieldsOf, found, link, refuse, whole } from '../requests.ts';
import type { World } from '../world.ts';
import type { RouteTable } from './table.ts';

/** Words of an action: JSON, or the part `input` of a form beside files. */
async function wordsOf(request: FakeRequest): Promise<{ readonly words: Fields; readonly files: number }> {
  if (request.headers['content-type']?.startsWith('multipart/') !== true)
    return { words: bodyOf(request), files: 0 };
  const form = await request.multipart();
  const input = form.get('input');
  const text = typeof input === 'string' ? input : await input?.text();
  const files = [...form].filter(([name]) => name !== 'input').length;
  try {
    return { words: text === undefined ? {} : fieldsOf(JSON.parse(text)), files };
  } catch {
    return refuse(400, 'MALFORMED_REQUEST_JSON');
  }
}

const disputeOf = (request: FakeRequest, account: Account) =>
  account.books.disputes.get(request.params.id ?? '') ?? refuse(404, 'INVALID_RESOURCE_ID');

/** One route for each action. */
function actionRoutes(world: World): RouteTable {
  return Object.fromEntries(
    Object.entries(disputeActions(world)).map(([name, act]) => [
      `POST /v1/customer/disputes/:id/${name}`,
      async (request: FakeRequest, account: Account) => {
        const dispute = disputeOf(request, account);
        const { words, files } = await wordsOf(request);
        act(dispute, words, files, account);
        return { json: { links: [link(world.base, 'self', `/v1/customer/disputes/${dispute.id}`)] } };
      },
    ]),
  );
}

export function disputeRoutes(world: World): RouteTable {
  return {
    ...actionRoutes(world),
    'GET /v1/customer/disputes': (request, account) => {
      const { query } = request;
      const about = query.get('disputed_transaction_id');
      const state = query.get('dispute_state');
      if (about !== null && query.get('start_time') !== null) return refuse(400, 'INVALID_REQUEST');
      const size = whole(request, 'page_size', 10, 50);
      const start = Number(Buffer.from(query.get('next_page_token') ?? '', 'base64').toString() || 0);
      const all = [...account.books.disputes.values()]
        .filter(
          ({ capture, status }) =>
            (about === null || capture.id === about) && (state === null || disputeStates[status] === state),
        )
        .toReversed();
      const next = start + size;
      const token = Buffer.from(String(next)).toString('base64');
      const parameters = new URLSearchParams(query);
      parameters.set('next_page_token', token);
      return {
        json: {
          // PayPal has no empty list.
          ...(start < all.length && {
            items: all.slice(start, next).map((dispute) => showSummary(world, dispute)),
          }),
          links: [
            link(world.base, 'self', '/v1/customer/disputes'),
            ...(next < all.length ? [link(world.base, 'next', `/v1/customer/disputes?${parameters}`)] : []),
          ],
        },
      };
    },
    'GET /v1/customer/disputes/:id': (request, account) => ({
      json: showDispute(world, found(disputeOf(request, account))),
    }),
  };
}
