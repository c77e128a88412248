/** Settings of a key, checked and in the vendor's spelling. */
import { checkRange, fromSeconds } from '../common/fields.ts';
import { invalid } from '../common/resource.ts';
import type { CryptoKeyChanges, NewCryptoKey } from './model.ts';
import { nameIn, protectionLevels, purposes } from './wire.ts';

const day = 86_400;
/** 876,000 hours. */
const longestRotation = 3_153_600_000;
const longestDestruction = 120 * day;

/**
 * The body of `cryptoKeys.create`.
 *
 * @see {@link https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys#CryptoKey | Cloud KMS: CryptoKey}
 * @throws `VendorError` `invalid_argument`
 */
export function toNewKey(key: NewCryptoKey): object {
  const { algorithm, destroyDelaySeconds } = key;
  const isRotated = (key.nextRotationAt ?? key.rotateEverySeconds) !== undefined;
  const purpose = nameIn(purposes, key.purpose);
  const protectionLevel = nameIn(protectionLevels, key.protectionLevel ?? 'software');
  if (purpose === undefined) throw invalid(`${JSON.stringify(key.purpose)} is no purpose of a key`);
  if (protectionLevel === undefined)
    throw invalid(`${JSON.stringify(key.protectionLevel)} is no protection level`);
  if (algorithm === undefined && key.purpose !== 'encrypt-decrypt')
    throw invalid(`a key for ${key.purpose} needs an algorithm, such as EC_SIGN_P256_SHA256`);
  if (isRotated && key.purpose !== 'encrypt-decrypt')
    throw invalid('only a key for encrypt-decrypt is rotated by the service');
  if (destroyDelaySeconds !== undefined)
    checkRange('destroyDelaySeconds', destroyDelaySeconds, day, longestDestruction);
  if (key.rotateEverySeconds !== undefined && key.nextRotationAt === undefined)
    throw invalid('rotateEverySeconds needs nextRotationAt');
  return {
    purpose,
    labels: key.labels,
    versionTemplate: { algorithm: algorithm ?? 'GOOGLE_SYMMETRIC_ENCRYPTION', protectionLevel },
    destroyScheduledDuration: fromSeconds(destroyDelaySeconds),
    ...toRotation(key.nextRotationAt, key.rotateEverySeconds),
  };
}

/** Field of ours → field of the vendor's mask. */
const changeable = {
  labels: 'labels',
  nextRotationAt: 'nextRotationTime',
  rotateEverySeconds: 'rotationPeriod',
} as const satisfies Record<keyof CryptoKeyChanges, string>;

/**
 * Body and mask of `cryptoKeys.patch`.
 *
 * @throws `VendorError` `invalid_argument`, also where nothing is changed
 */
export function toKeyChanges(changes: CryptoKeyChanges): {
  readonly body: object;
  readonly updateMask: string;
} {
  const names = (Object.keys(changeable) as (keyof CryptoKeyChanges)[]).filter(
    (name) => changes[name] !== undefined,
  );
  if (names.length === 0)
    throw invalid(`nothing to change; give one of ${Object.keys(changeable).join(', ')}`);
  const { labels, nextRotationAt, rotateEverySeconds } = changes;
  return {
    body: {
      labels: labels ?? undefined,
      ...toRotation(nextRotationAt ?? undefined, rotateEverySeconds ?? undefined),
    },
    updateMask: names.map((name) => changeable[name]).join(','),
  };
}

function toRotation(nextRotationAt: string | undefined, rotateEverySeconds: number | undefined): object {
  if (nextRotationAt !== undefined && Number.isNaN(Date.parse(nextRotationAt)))
    throw invalid(`nextRotationAt is ${JSON.stringify(nextRotationAt)}; give a time by RFC 3339`);
  if (rotateEverySeconds !== undefined)
    checkRange('rotateEverySeconds', rotateEverySeconds, day, longestRotation);
  return { nextRotationTime: nextRotationAt, rotationPeriod: fromSeconds(rotateEverySeconds) };
}
