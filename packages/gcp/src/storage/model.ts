/** What the operations give: Cloud Storage's facts under its own names, numbers and instants as such. */

/** An object without its bytes. */
export interface GcsObject {
  readonly name: string;
  /** Differs with each write of the object. */
  readonly generation: string;
  /** Counts changes of what is stored beside the bytes of this generation. */
  readonly metageneration: string;
  /** Bytes as they are stored. */
  readonly size: number;
  readonly contentType: string;
  /** Absent: none. With `gzip` the stored bytes are compressed, and readers that do not accept it get more of them. */
  readonly contentEncoding?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  /** `STANDARD`, `NEARLINE`, `COLDLINE`, `ARCHIVE`, or an older one. */
  readonly storageClass: string;
  /** When this generation was written, milliseconds since 1970. */
  readonly createdAt: number;
  /** When it ceased to be the present one; absent: it is. */
  readonly deletedAt?: number;
  /** Base64. Absent for composed objects. */
  readonly md5?: string;
  /** Base64, big-endian. */
  readonly crc32c?: string;
  /** How many objects it was composed of. */
  readonly componentCount?: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly temporaryHold: boolean;
  readonly eventBasedHold: boolean;
  readonly retention?: GcsRetention;
}

/** For how long an object stays: https://cloud.google.com/storage/docs/object-lock */
export interface GcsRetention {
  /** `Locked` cannot be shortened by anyone. */
  readonly mode: 'Unlocked' | 'Locked';
  /** Milliseconds since 1970. */
  readonly retainUntil: number;
}

/** What may be stored beside an object's bytes. */
export interface GcsAttributes {
  /** Default `application/octet-stream`. */
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Default: the bucket's. */
  readonly storageClass?: string | undefined;
  readonly temporaryHold?: boolean | undefined;
  readonly eventBasedHold?: boolean | undefined;
  /** `null` ends it. Needs a bucket made with `objectRetention`. */
  readonly retention?: GcsRetention | null | undefined;
}

/** In which state an object has to be: https://cloud.google.com/storage/docs/request-preconditions */
export interface GcsCondition {
  /** `0`: there is none. */
  readonly ifGenerationMatch?: string | undefined;
  readonly ifGenerationNotMatch?: string | undefined;
  readonly ifMetagenerationMatch?: string | undefined;
}

/** A line of a list: an object, or what several names share up to the delimiter. */
export type GcsListEntry =
  | { readonly kind: 'object'; readonly object: GcsObject }
  | { readonly kind: 'prefix'; readonly name: string };

/** Which objects to list. */
export interface GcsListFilter {
  readonly prefix?: string | undefined;
  readonly delimiter?: string | undefined;
  /** Earlier generations too. Default `false`. */
  readonly versions?: boolean | undefined;
  /** Names from this one on. */
  readonly startOffset?: string | undefined;
  /** Names before this one. */
  readonly endOffset?: string | undefined;
  /** As in shells: `**.png`. https://cloud.google.com/storage/docs/json_api/v1/objects/list#list-objects-and-prefixes-using-glob */
  readonly matchGlob?: string | undefined;
}

/** A bucket. */
export interface GcsBucket {
  readonly name: string;
  readonly location: string;
  /** Of objects that name none. */
  readonly storageClass: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Whether earlier generations stay. */
  readonly versioning: boolean;
  /** Whether objects may have a retention of their own. */
  readonly objectRetention: boolean;
  /** Seconds for which what was deleted is kept, and paid for; `0`: not at all. */
  readonly softDeleteSeconds: number;
}

/** The bytes of an object, on their way or here. */
export type GcsMedia = GcsMediaFacts &
  (
    | {
        /** Read it to its end, or dispose of the whole. */
        readonly body: AsyncIterable<Uint8Array>;
        readonly bytes?: undefined;
      }
    | { readonly bytes: Uint8Array; readonly body?: undefined }
  );

/** What an answer with bytes says of them. */
export interface GcsMediaFacts extends AsyncDisposable {
  /** Of the object that they belong to; absent where the server does not say. */
  readonly generation?: string | undefined;
  /** Where they begin in the object. */
  readonly offset: number;
  /** How many will come; absent where the server does not say. */
  readonly length?: number | undefined;
}
