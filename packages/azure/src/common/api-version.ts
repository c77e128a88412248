/**
 * Versions of the storage services that requests, signatures and SAS tokens are written in: those of the vendor's
 * published descriptions, which the traffic of the tests is judged by.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services | Azure Storage: Versioning}
 */
export const storageVersions = { blob: '2021-10-04', queue: '2019-02-02' } as const;

/** A storage service by the name it has in host names. */
export type StorageService = keyof typeof storageVersions;
