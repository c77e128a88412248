/** What the operations take and give. Names follow the vendor's; etags are without quotes, times in milliseconds since 1970. */

import type { Secret } from '@im/core';

/** What is known of a blob without its bytes. */
export interface BlobProperties {
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  readonly contentType: string;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly cacheControl?: string | undefined;
  /** Base64; stored when the blob was put whole. */
  readonly contentMd5?: string | undefined;
  /** Names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly accessTier?: BlobTier | undefined;
  /** Set when it is the account's default rather than the blob's own. */
  readonly accessTierInferred?: true | undefined;
  /** Set while an archived blob is on its way back: `rehydrate-pending-to-hot`. */
  readonly archiveStatus?: string | undefined;
  /** How many tags it has. Absent: none, or the credential may not see them. */
  readonly tagCount?: number | undefined;
  readonly versionId?: string | undefined;
  readonly blobType?: string | undefined;
}

/** @see {@link https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview | Azure: Access tiers} */
export const blobTiers = ['Hot', 'Cool', 'Cold', 'Archive'] as const;
/** Where a block blob is kept: one of {@link blobTiers}; others (premium accounts) come back as they are. */
export type BlobTier = string;

/** Under which state of the blob something is done. `*` means any. */
export interface BlobConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** How to read. */
export interface GetBlobOptions extends BlobConditions {
  /** Bytes from `offset`; without `count` up to the end. */
  readonly range?: { readonly offset: number; readonly count?: number | undefined } | undefined;
}

/** A blob on its way. Read `body` to its end, or dispose it: else its connection stays taken. */
export interface BlobDownload extends AsyncDisposable {
  /** `size` is that of the whole blob. */
  readonly properties: BlobProperties;
  /** Where the bytes begin in the blob. */
  readonly offset: number;
  /** How many will come. */
  readonly length: number;
  readonly body: AsyncIterable<Uint8Array>;
  /** All of them, where they are here already (1 MiB and less); `body` gives them too. */
  readonly bytes?: Uint8Array | undefined;
}

/** What is stored beside the bytes. */
export interface BlobAttributes {
  /** Default `application/octet-stream`. */
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  /** Names are C# identifiers, values printable ASCII. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Default: that of the account. */
  readonly tier?: BlobTier | undefined;
  /** At most 10. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** How to write. */
export interface PutBlobOptions extends BlobAttributes, BlobConditions {}

/** What a write made. */
export interface BlobWritten {
  readonly etag: string;
  readonly lastModified: number;
  readonly versionId?: string | undefined;
}

/** Which blobs to list. */
export interface ListBlobsOptions {
  readonly prefix?: string | undefined;
  /** Names that go on with this after the prefix are told once, as the prefix they share. Default: none. */
  readonly delimiter?: string | undefined;
  /** Whether entries have their metadata. Default false. */
  readonly metadata?: boolean | undefined;
}

/** One line of a list. */
export type BlobEntry =
  | { readonly kind: 'blob'; readonly name: string; readonly properties: BlobProperties }
  | { readonly kind: 'prefix'; readonly name: string };

/** A blob that was found by its tags. */
export interface TaggedBlob {
  readonly name: string;
  /** Those that the expression names. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A block of a blob. */
export interface Block {
  /** Base64. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

/** The blocks of a blob. */
export interface BlockList {
  /** In the order of the blob. */
  readonly committed: readonly Block[];
  /** Staged and not part of the blob; let go after a week, or with the next commit. */
  readonly uncommitted: readonly Block[];
}

/** Which bytes of which blob of this container to take, without their passing through here. */
export interface BlockSource {
  /** Name of the blob. */
  readonly name: string;
  readonly offset: number;
  readonly count: number;
  readonly ifMatch?: string | undefined;
}

/** How to copy. */
export interface CopyBlobOptions extends BlobConditions {
  readonly sourceIfMatch?: string | undefined;
  /** Default: that of the source. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Default: that of the account. */
  readonly tier?: BlobTier | undefined;
  /** `source`: those of the source, which the credential must be allowed to see. Default: none. */
  readonly tags?: Readonly<Record<string, string>> | 'source' | undefined;
  /**
   * A name of your own for this copy, stored in its metadata, so that a copy under a condition is known again when its answer was
   * lost. Goes with `metadata`.
   */
  readonly key?: string | undefined;
}

/** A container. */
export interface ContainerProperties {
  readonly name: string;
  readonly etag: string;
  readonly lastModified: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly publicAccess?: string | undefined;
  readonly hasImmutabilityPolicy?: boolean | undefined;
  readonly hasLegalHold?: boolean | undefined;
}

/** What a SAS is to allow. */
export interface SasRequest {
  /** `r` read, `a` add, `c` create, `w` write, `d` delete, `t` tags; in this order. */
  readonly permissions: string;
  /** At most 604,500: a week less five minutes. */
  readonly expiresInSeconds: number;
  /** What the answer to a GET is to say. */
  readonly contentType?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly cacheControl?: string | undefined;
}

/** A URL that works without a credential. Whoever has it may use it: treat it as a secret. */
export interface SasUrl {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A key to sign SAS tokens with, had by a bearer token. */
export interface UserDelegationKey {
  readonly signedOid: string;
  readonly signedTid: string;
  /** ISO 8601, as the service writes it. */
  readonly signedStart: string;
  readonly signedExpiry: string;
  readonly signedService: string;
  readonly signedVersion: string;
  /** Base64. */
  readonly value: Secret;
}
