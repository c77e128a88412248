/** Products: https://developer.paypal.com/docs/api/catalog-products/v1/ */
import { z } from 'zod';
import { listOf, maybeNumber, maybeText, wire, wireLinks } from './common.ts';

export const wireProduct = wire({
  id: z.string(),
  name: maybeText,
  description: maybeText,
  type: maybeText,
  category: maybeText,
  image_url: maybeText,
  home_url: maybeText,
  create_time: maybeText,
  update_time: maybeText,
  links: wireLinks,
});
export const wireProducts = wire({
  products: listOf(wireProduct),
  total_items: maybeNumber,
  total_pages: maybeNumber,
});

/** A thing or service that plans are about. Lists leave out `type` and what follows it. */
export type Product = z.output<typeof wireProduct>;
