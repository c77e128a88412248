/**
 * What has our reference. A search finds what is old, and may not find what is new: Stripe's index is behind, by less than a minute as a rule and by
 * more in an outage. Lists are never behind. So that what a search does not find is looked for in the list of the newest, back to where the index
 * must have caught up.
 *
 * @see {@link https://docs.stripe.com/search#data-freshness | Stripe: Data freshness}
 */
import type { Pages } from '@im/core';
import type { DriverCall } from '@im/payments';
import type { Stripe } from 'stripe';
import { firstPage, reading } from './client.ts';
import { queryFor, referenceKey } from './reference.ts';

/** Milliseconds that the index may be behind. */
const mostLagMs = 3_900_000;

interface Referenced {
  readonly id: string;
  readonly created: number;
  readonly metadata: Stripe.Metadata;
}

type Options = ReturnType<typeof reading>;

/** The two ways to look for one kind of thing. */
export interface Shelves<Item extends Referenced> {
  readonly search: (params: { readonly query: string }, options: Options) => Pages<Item>;
  readonly list: (params: { readonly created: { readonly gte: number } }, options: Options) => Pages<Item>;
}

/** The id of what has this reference. Of several, which there should not be, the oldest. */
export async function findByReference<Item extends Referenced>(
  { search, list }: Shelves<Item>,
  reference: string,
  now: number,
  call: DriverCall,
): Promise<Item | undefined> {
  const isIt = ({ metadata }: Item) => metadata[referenceKey] === reference;
  // A search does not tell capitals from small letters.
  const found = (await firstPage(search({ query: queryFor(reference) }, reading(call)))).items.filter(isIt);
  if (found.length > 0) return oldestOf(found);
  const since = Math.floor((now - mostLagMs) / 1_000);
  for await (const page of list({ created: { gte: since } }, reading(call)).pages()) {
    const here = page.items.filter(isIt);
    if (here.length > 0) return oldestOf(here);
  }
  return undefined;
}

function oldestOf<Item extends Referenced>(items: readonly Item[]): Item | undefined {
  return items.toSorted((one, other) => one.created - other.created)[0];
}
