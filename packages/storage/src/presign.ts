/** Presigned requests: bounds are checked here, the driver signs. */
import type { DriverPresign, StorageDriver } from './driver.ts';
import { type Place, storeError } from './errors.ts';
import { checkCount } from './keys.ts';
import type { StoreCall } from './object-store.types.ts';
import { checkCall, run, type StoreContext, signalOf } from './store-context.ts';

/** Options of both methods together. */
export type LoosePresign = StoreCall & {
  readonly expiresInSeconds?: number;
  readonly contentType?: string;
  readonly contentLength?: number | { readonly min: number; readonly max: number };
};

const presignSeconds = 900;

/** Signs a request. */
export async function presign(
  context: StoreContext,
  method: 'GET' | 'PUT',
  key: string,
  options: LoosePresign,
) {
  const place = checkCall(context, method === 'GET' ? 'presignGet' : 'presignPut', key, {});
  const { expiresInSeconds = presignSeconds, contentType } = options;
  const limits = context.driver.limits.presign;
  checkCount('expiresInSeconds', expiresInSeconds, 1, limits?.maxSeconds ?? 0, place);
  const contentLength = checkContentLength(options.contentLength, limits?.contentLength, place);
  const wanted: DriverPresign = { method, expiresInSeconds, contentType, contentLength };
  const sign = context.driver.presign as NonNullable<StorageDriver['presign']>;
  return run(place, signalOf(options), (call) => sign(key, wanted, call));
}

function checkContentLength(
  length: LoosePresign['contentLength'],
  can: 'none' | 'exact' | 'range' | undefined,
  place: Place,
): DriverPresign['contentLength'] {
  if (length === undefined) return undefined;
  const { min, max } = typeof length === 'number' ? { min: length, max: length } : length;
  checkCount('contentLength.max', max, 0, Number.MAX_SAFE_INTEGER, place);
  checkCount('contentLength.min', min, 0, max, place);
  if (can === 'range' || (can === 'exact' && min === max)) return { min, max };
  throw storeError('this store cannot hold a sender to that length', place, {
    code: 'unimplemented',
    remedy: can === 'exact' ? 'give an exact length' : 'leave it out',
  });
}
