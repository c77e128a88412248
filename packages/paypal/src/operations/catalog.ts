import { type Call, keyed, pages, read, unsafe } from '@im/core';
import { none } from '@im/http';
import { type Patch, toPatches, toWire, type VendorFields } from '../to-wire.ts';
import { wireProduct, wireProducts } from '../wire/catalog.ts';
import { type Connection, notesOf, numberedPage, pageNumber, path, whole } from './shared.ts';

/** A product to make. */
export interface NewProduct extends VendorFields {
  readonly name: string;
  readonly type: 'PHYSICAL' | 'DIGITAL' | 'SERVICE';
  /** Your own, 6 to 50 characters. Default: PayPal makes one. */
  readonly id?: string | undefined;
  readonly description?: string | undefined;
  /** One of PayPal's categories: `SOFTWARE`. */
  readonly category?: string | undefined;
  readonly imageUrl?: string | undefined;
  readonly homeUrl?: string | undefined;
}

const notes = notesOf('catalog-products/v1');
const sizes = { usual: 10, most: 20 };

export const catalogOperations = ({ http }: Connection) => ({
  /** Makes a product. PayPal remembers the key for 72 hours. */
  createProduct: keyed(
    (product: NewProduct, call: Call) =>
      http.post('v1/catalogs/products', wireProduct, call, {
        json: toWire(product, call.operation),
        headers: whole,
      }),
    notes('products_create'),
  ),

  /** All products, without their details. */
  listProducts: pages(
    read(async (call: Call) => {
      const at = pageNumber(call, sizes);
      const query = { ...at, total_required: true };
      const { products, ...totals } = await http.get('v1/catalogs/products', wireProducts, call, { query });
      return numberedPage(products, at, totals);
    }, notes('products_list')),
  ),

  /** A product. */
  getProduct: read(
    (id: string, call: Call) => http.get(path`v1/catalogs/products/${id}`, wireProduct, call),
    notes('products_get'),
  ),

  /** Changes description, category, image or home address. */
  updateProduct: unsafe(
    (id: string, changes: readonly Patch[], call: Call): Promise<void> =>
      http.patch(path`v1/catalogs/products/${id}`, none, call, { json: toPatches(changes, call.operation) }),
    notes('products_patch'),
  ),
});
