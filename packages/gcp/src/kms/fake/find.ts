/** Finds what a request to the fake is about, or answers as the vendor does where it is not there or may not be used. */
import type { FakeRequest } from '@im/testing';
import { googleError } from '../../common/fake/error.ts';
import { type FakeKey, type FakeKeyVersion, type KmsWorld, settleKey } from './world.ts';

/** Whole name of the location that a route names. */
export const locationOf = ({ params }: FakeRequest) =>
  `projects/${params.project}/locations/${params.location}`;

/** Whole name of the key ring that a route names. */
export const ringNameOf = (request: FakeRequest) => `${locationOf(request)}/keyRings/${request.params.ring}`;

/** @throws the vendor's answer where it is not there */
export function checkRing(request: FakeRequest, world: KmsWorld): string {
  const name = ringNameOf(request);
  if (world.rings.has(name)) return name;
  throw googleError(404, `KeyRing ${name} not found.`);
}

/** @throws the vendor's answer where it is not there */
export function keyOf(request: FakeRequest, world: KmsWorld): FakeKey {
  const name = `${ringNameOf(request)}/cryptoKeys/${request.params.key}`;
  const key = world.keys.get(name);
  if (key === undefined) throw googleError(404, `CryptoKey ${name} not found.`);
  settleKey(world, key);
  return key;
}

/** @throws the vendor's answer where it is not there */
export function versionOf(request: FakeRequest, world: KmsWorld): FakeKeyVersion {
  const key = keyOf(request, world);
  const version = key.versions[Number(request.params.version) - 1];
  if (version !== undefined) return version;
  throw googleError(
    404,
    `CryptoKeyVersion ${key.name}/cryptoKeyVersions/${request.params.version} not found.`,
  );
}

/** Reasons as the vendor details them: https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys.cryptoKeyVersions */
const violations: Readonly<Record<string, string>> = {
  DISABLED: 'KEY_DISABLED',
  DESTROY_SCHEDULED: 'KEY_DESTROY_SCHEDULED',
  DESTROYED: 'KEY_DESTROYED',
};

/** @throws the vendor's answer for a version that is not enabled */
export function checkEnabled(version: FakeKeyVersion): FakeKeyVersion {
  if (version.state === 'ENABLED') return version;
  throw precondition(`${version.name} is not enabled, current state is: ${version.state}.`, [
    {
      '@type': 'type.googleapis.com/google.rpc.PreconditionFailure',
      violations: [{ type: violations[version.state], subject: version.name }],
    },
  ]);
}

/** The answer where a thing is in the wrong state. */
export function precondition(message: string, details?: readonly object[]) {
  return googleError(400, message, { status: 'FAILED_PRECONDITION', ...(details && { details }) });
}

/** The answer where a key is used for what it is not made for. */
export function wrongPurpose(name: string, purpose: string) {
  return precondition(`${name} has purpose ${purpose}, which does not allow this operation.`);
}
