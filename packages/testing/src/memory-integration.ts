/**
 * The smallest complete integration: notes by key, kept in memory. It talks to nobody, and still has all that a
 * provider has: options, an error table, an operation of every effect, pages, a check, and a harness that proves it.
 * Read it from top to bottom; a provider for a real service differs only in where its operations send their requests.
 */
import {
  type Call,
  defineIntegration,
  idempotent,
  keyed,
  type Page,
  pages,
  read,
  unsafe,
  VendorError,
} from '@im/core';
import { z } from 'zod';
import type { Harness } from './harness.ts';

/** A note as it is kept. */
export interface Note {
  readonly key: string;
  readonly text: string;
}

/** What can be set. */
export const memoryOptions = z.strictObject({
  maxNotes: z.number().int().min(1).default(1_000).describe('Most notes that are kept; one more is refused.'),
});

export const memory = defineIntegration({
  id: 'memory',
  title: 'Notes in memory',
  category: 'example',
  contract: 1,
  docs: 'https://www.npmjs.com/package/@im/testing',
  options: memoryOptions,
  egress: [],
  errors: {
    docs: 'https://www.npmjs.com/package/@im/testing',
    rows: [
      { reason: 'no_such_note', code: 'not_found', says: 'there is no such note', remedy: 'set it first' },
      { reason: 'full', code: 'resource_exhausted', retryable: false, says: 'no room for another note' },
    ],
  },

  // Called once for each registration of each tenant, so that what is made here is walled off by itself.
  connect: ({ options }) => {
    const notes = new Map<string, Note>();
    const created = new Map<string, Note>();

    const find = (key: string): Note => notes.get(key) ?? refuse('no_such_note');
    const write = (key: string, text: string): Note => {
      if (!notes.has(key) && notes.size >= options.maxNotes) refuse('full');
      const note = { key, text };
      notes.set(key, note);
      return note;
    };

    return {
      /** Writing the same text twice leaves the same note: core may repeat it. */
      set: idempotent(async (key: string, text: string, _call: Call) => write(key, text)),

      get: read(async (key: string, _call: Call) => find(key)),

      /** Twice would add twice: core sends it once, whatever fails. */
      append: unsafe(async (key: string, text: string, _call: Call) => write(key, find(key).text + text)),

      /** Makes a note under a key of its own. Repeating it with the same idempotency key gives the same note. */
      create: keyed(async (text: string, call: Call) => {
        const idempotencyKey = String(call.idempotencyKey);
        const note = created.get(idempotencyKey) ?? write(`note-${notes.size + 1}`, text);
        created.set(idempotencyKey, note);
        return note;
      }),

      /** All notes whose key begins with `prefix`, in order of their keys. The cursor is the last key of a page. */
      list: pages(
        read(
          async (prefix: string | undefined, { cursor = '', pageSize = 100 }: Call): Promise<Page<Note>> => {
            const all = [...notes.values()].filter(({ key }) => key.startsWith(prefix ?? '')).sort(byKey);
            const rest = all.filter(({ key }) => key > cursor);
            const items = rest.slice(0, pageSize);
            return { items, next: rest.length > pageSize ? items.at(-1)?.key : undefined, total: all.length };
          },
        ),
      ),
    };
  },

  check: (api, call) => api.list('', { ...call, limit: 1 }).toArray(),
});

/** What went wrong, by the name under which the error table explains it. */
function refuse(reason: string): never {
  throw new VendorError({ reason, sent: false });
}

function byKey(one: Note, other: Note): number {
  return one.key < other.key ? -1 : 1;
}

/** Runs the conformance suite: `describeIntegration(memory, memoryHarness)`. */
export const memoryHarness: Harness<typeof memory> = {
  options: {},
  samples: {
    set: ['shopping', 'milk'],
    get: ['shopping'],
    append: ['shopping', ', bread'],
    create: ['call home'],
    list: [],
  },
};
