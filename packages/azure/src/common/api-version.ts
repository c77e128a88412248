/**
 * Versions of the storage services that requests, signatures and SAS tokens are written in: those of the vendor's
 * published descriptions, which the traffic of the tests is judged by.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services | Azure Storage: Versioning}
 */
export const storageVersions = { blob: '2021-10-04', queue: '2019-02-02' } as const;

/** A storage service by the name it has in host names. */
export type StorageService = keyof typeof storageVersions;

/** The one access tier that came after the described version. */
const laterTiers: Readonly<Record<string, string>> = { Cold: '2021-12-02' };

/**
 * The version of one request: the service's, unless the request asks for what came later.
 *
 * @see {@link https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview#cold-tier | Azure: Cold tier}
 */
export function versionFor(service: StorageService, tier: string | undefined): string {
  return (tier === undefined ? undefined : laterTiers[tier]) ?? storageVersions[service];
}
