/** Keys in the vendor's JSON, as far as we read it: https://learn.microsoft.com/rest/api/keyvault/keys */
import { z } from 'zod';
import type { DeletedKey, DeletedKeyItem, KeyProperties, PublicJwk, VaultKey } from './key-model.ts';
import { maybe, maybeText, toDeletion, toProperties, wireCommon, wireDeletion } from './wire.ts';

/** Curves whose name elsewhere is another one: RFC 8812. */
const curveNames: Readonly<Record<string, string>> = { 'P-256K': 'secp256k1' };

const webKey = z.object({
  kid: z.string(),
  kty: z.string(),
  key_ops: maybe(z.array(z.string())),
  n: maybeText,
  e: maybeText,
  crv: maybeText,
  x: maybeText,
  y: maybeText,
});

function toPublicJwk({ n, e, crv, x, y }: z.output<typeof webKey>): PublicJwk | undefined {
  if (n !== undefined && e !== undefined) return { kty: 'RSA', n, e };
  if (crv === undefined || x === undefined || y === undefined) return undefined;
  return { kty: 'EC', crv: curveNames[crv] ?? crv, x, y };
}

const keyMembers = { key: webKey, ...wireCommon };

const toKey = (wire: z.output<z.ZodObject<typeof keyMembers>>): VaultKey => ({
  ...toProperties(wire.key.kid, wire),
  type: wire.key.kty,
  uses: wire.key.key_ops ?? [],
  publicJwk: toPublicJwk(wire.key),
});

export const wireKey = z.object(keyMembers).transform(toKey);

export const wireDeletedKey = z
  .object({ ...keyMembers, ...wireDeletion })
  .transform((wire): DeletedKey => ({ ...toKey(wire), ...toDeletion(wire) }));

const itemMembers = { kid: z.string(), ...wireCommon };

export const wireKeyItem = z
  .object(itemMembers)
  .transform((wire): KeyProperties => toProperties(wire.kid, wire));

export const wireDeletedKeyItem = z
  .object({ ...itemMembers, ...wireDeletion })
  .transform((wire): DeletedKeyItem => ({ ...toProperties(wire.kid, wire), ...toDeletion(wire) }));

const bytes = z.string().transform((value) => new Uint8Array(Buffer.from(value, 'base64url')));

/** What a key made of what it was given. */
export const wireResult = z.object({
  kid: z.string(),
  value: bytes,
  iv: maybe(bytes),
  aad: maybe(bytes),
  tag: maybe(bytes),
});

export const wireVerified = z.object({ value: z.boolean() });
