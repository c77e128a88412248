import type { AwsCredentials, AwsIdentity } from '../identity.ts';

/** Credentials that are there at once and never change. */
export function fixedCredentials(identity: AwsIdentity): AwsCredentials {
  return { get: async () => identity, current: () => identity, refused: () => {}, secrets: () => [] };
}
