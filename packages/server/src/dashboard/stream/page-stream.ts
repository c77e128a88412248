/**
 * The page as it changes. First `snapshot` with everything that changes, then `change` with the elements that differ from
 * what was sent before; a new snapshot when there is another page to show. The query says what the page shows, so a page of the table is all that is ever sent.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Caller } from '../../access/caller.ts';
import type { HubView } from '../../view.ts';
import { lookAt } from '../page/board.ts';
import { asset, renderMain } from '../page/page.ts';
import type { PageQuery } from '../page/query.ts';
import type { Message } from './event-stream.ts';

/** What the reader has. */
interface Sent {
  readonly shape: string;
  readonly order: string;
  readonly parts: ReadonlyMap<string, string>;
}

/** Messages until the hub stops. */
export async function* pageMessages(
  view: HubView,
  caller: Pick<Caller, 'may'>,
  query: PageQuery,
): AsyncGenerator<Message, void> {
  const { watch } = view;
  const close = await watch.open();
  try {
    let sent: Sent | undefined;
    for (;;) {
      const { version, closed } = watch;
      const statuses = view.seen().map(({ status }) => status);
      const board = lookAt(view, caller, statuses);
      const { main, parts, shape } = renderMain(board, query);
      const order = parts.order.join(' ');
      if (sent?.shape !== shape) yield { event: 'snapshot', data: { main, asset } };
      else {
        const before = sent.parts;
        const changed = [...parts.all].filter(([id, html]) => before.get(id) !== html);
        const isMoved = order !== sent.order;
        if (changed.length > 0 || isMoved) {
          const data = { parts: Object.fromEntries(changed), ...(isMoved ? { order: parts.order } : {}) };
          yield { event: 'change', data };
        }
      }
      sent = { shape, order, parts: parts.all };
      if (closed || board.health.status === 'draining') return;
      await watch.beyond(version);
      // Everybody who waits is woken at once; requests come in between.
      await turn();
    }
  } finally {
    close();
  }
}
