/** Keys to make and to import, in the vendor's spelling. */
import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { ImportSettings, KeySettings, KeyType, NewKey } from './key-model.ts';
import { invalid } from './names.ts';
import { fromSettings } from './wire.ts';

/** Sizes that a type may have. */
const sizes: Readonly<Partial<Record<KeyType, readonly number[]>>> = {
  RSA: [2048, 3072, 4096],
  'RSA-HSM': [2048, 3072, 4096],
  oct: [128, 192, 256],
  'oct-HSM': [128, 192, 256],
};
const types: readonly string[] = ['RSA', 'RSA-HSM', 'EC', 'EC-HSM', 'oct', 'oct-HSM'] satisfies KeyType[];

export function fromKeySettings({ uses, ...settings }: KeySettings) {
  return { ...fromSettings(settings), key_ops: uses };
}

/** @throws `VendorError` `invalid_argument` for settings that do not go together */
export function toCreateRequest({ type, size, curve, publicExponent, ...settings }: NewKey) {
  const { enabled, notBefore, expiresAt, tags, uses } = settings;
  if (!types.includes(type))
    throw invalid(`there is no key type ${JSON.stringify(type)}; take ${types.join(', ')}`);
  const taken = sizes[type];
  if (size !== undefined && !taken?.includes(size))
    throw invalid(
      `${type} has no size ${size}; ${taken === undefined ? 'give a curve' : `take ${taken.join(', ')}`}`,
    );
  if (curve !== undefined && taken !== undefined) throw invalid(`${type} has no curve; give a size`);
  if (publicExponent !== undefined && !type.startsWith('RSA'))
    throw invalid(`${type} has no public exponent`);
  return {
    kty: type,
    key_size: size,
    crv: curve ?? (type.startsWith('EC') ? 'P-256' : undefined),
    public_exponent: publicExponent,
    ...fromKeySettings({ enabled, notBefore, expiresAt, tags, uses }),
  };
}

/** Members of a JWK that are no secret. */
const open = new Set(['kty', 'crv', 'n', 'e', 'x', 'y']);

/** @throws `VendorError` `invalid_argument` for a public key, or one of a kind that the vault does not take */
export function toImportRequest(material: KeyObject, { hsm, ...settings }: ImportSettings) {
  if (material.type === 'public')
    throw invalid(
      'the key is a public one; give the private key, since the vault makes no public half alone',
    );
  const jwk = material.export({ format: 'jwk' });
  const kty = jwk.kty ?? '';
  if (!types.includes(kty)) throw invalid(`the vault takes RSA, EC and symmetric keys, not ${kty}`);
  const { key_ops, ...rest } = fromKeySettings(settings);
  const hides = Object.entries(jwk).flatMap(([name, value]) =>
    typeof value === 'string' && !open.has(name) ? [value] : [],
  );
  const key = { ...jwk, ...curveOf(jwk), kty: hsm ? `${kty}-HSM` : kty, key_ops };
  return { json: { key, Hsm: hsm, ...rest }, hides };
}

function curveOf({ crv }: JsonWebKey): { readonly crv?: string } {
  return crv === undefined ? {} : { crv: crv === 'secp256k1' ? 'P-256K' : crv };
}
