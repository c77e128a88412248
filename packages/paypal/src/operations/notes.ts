import { type Call, idempotent, read, type StateStore } from '@im/core';

/** How a note is written. */
export interface NoteOptions {
  /** Milliseconds until it is gone. Default 400 days, longer than anything can become of a payment. */
  readonly ttlMs?: number | undefined;
  /** Only where there is none of this name. */
  readonly ifAbsent?: boolean | undefined;
}

const dayMs = 86_400_000;

/**
 * What the payment driver keeps in the integration's own state, since PayPal cannot be asked for an order by our reference. Nothing of it is sent anywhere.
 */
export const noteOperations = (state: StateStore) => ({
  /** A note of the payment driver. Local: asks nobody. */
  getNote: read(async (name: string, _call: Call) => (await state.get(`note/${name}`))?.value),

  /** Writes a note. Local. @returns whether it was written */
  putNote: idempotent(
    async (name: string, value: string, options: NoteOptions | undefined, _call: Call): Promise<boolean> => {
      const key = `note/${name}`;
      const expiry = { ttlMs: options?.ttlMs ?? 400 * dayMs };
      if (options?.ifAbsent === true)
        return (await state.compareAndSet(key, undefined, value, expiry)) !== undefined;
      await state.set(key, value, expiry);
      return true;
    },
  ),

  /** Takes a note away. Local. */
  dropNote: idempotent(async (name: string, _call: Call): Promise<void> => {
    await state.delete(`note/${name}`);
  }),
});
