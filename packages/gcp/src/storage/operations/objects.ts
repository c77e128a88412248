/** Objects: written and read in one go, described, listed, copied, composed, deleted. */
import { hash } from 'node:crypto';
import { type Call, idempotent, type Page, pages, read, VendorError } from '@im/core';
import { fromPageToken, none, pageTokenPage } from '@im/http';
import { compareKeys } from '@im/storage';
import { checkName, conditionQuery, objectPath, objectsPath, type StorageConnection } from '../client.ts';
import { refuseArgument } from '../errors.ts';
import { fromAttributes, mergeEntries, toObject } from '../map.ts';
import type { GcsAttributes, GcsCondition, GcsListEntry, GcsListFilter, GcsObject } from '../model.ts';
import { relatedBody } from '../multipart-related.ts';
import { listFields, objectFields, rewriteFields, wireObject, wireObjects, wireRewrite } from '../wire.ts';

/** How to write an object in one go. */
export interface InsertOptions extends GcsAttributes, GcsCondition {
  /** Sends the MD5 of the bytes along, so that what changed on its way is refused. Default `true`. */
  readonly verify?: boolean | undefined;
}

/** How to read about an object. */
export interface ReadOptions extends GcsCondition {
  /** Default: the present one. */
  readonly generation?: string | undefined;
}

/** What to change beside an object's bytes. */
export interface PatchOptions extends ReadOptions {
  /** Lets an `Unlocked` retention become shorter, or end. Needs the permission `storage.objects.overrideUnlockedRetention`. */
  readonly overrideUnlockedRetention?: boolean | undefined;
}

/** How to copy. Conditions are on the destination. */
export interface RewriteOptions extends GcsCondition {
  /** Replaces all that is stored beside the bytes. Default: it goes along. */
  readonly attributes?: GcsAttributes | undefined;
  /** Default: this integration's own. */
  readonly fromBucket?: string | undefined;
  readonly fromGeneration?: string | undefined;
  readonly ifSourceGenerationMatch?: string | undefined;
  /** Of the step before; absent for the first. Everything else must stay the same. */
  readonly rewriteToken?: string | undefined;
}

/** One step of a copy. */
export type RewriteStep =
  | { readonly done: true; readonly object: GcsObject }
  | {
      readonly done: false;
      readonly rewriteToken: string;
      readonly bytesWritten: number;
      readonly size: number;
    };

/** One object of those to compose. */
export interface ComposeSource {
  readonly name: string;
  readonly generation?: string | undefined;
}

/** How to compose. Conditions are on the destination. */
export interface ComposeOptions extends GcsCondition {
  readonly attributes?: GcsAttributes | undefined;
  /** Deletes the sources for good, versioning and soft delete or not. Default `false`. */
  readonly deleteSources?: boolean | undefined;
}

/** Most objects of one composition: https://cloud.google.com/storage/quotas#objects */
export const mostSources = 32;

const mostItems = 1_000;
const docs = (method: string) => ({
  docs: `https://cloud.google.com/storage/docs/json_api/v1/objects/${method}`,
});

export function objectOperations({ http, bucket }: StorageConnection) {
  const rewrite = async (
    from: string,
    to: string,
    options: RewriteOptions | undefined,
    rewriteToken: string | undefined,
    call: Call,
  ): Promise<RewriteStep> => {
    const { attributes, fromBucket = bucket, fromGeneration, ifSourceGenerationMatch } = options ?? {};
    const target = `/rewriteTo/b/${bucket}/o/${encodeURIComponent(checkName(to))}`;
    const wire = await http.post(objectPath(fromBucket, from, target), wireRewrite, call, {
      query: {
        ...conditionQuery(options ?? {}),
        ifSourceGenerationMatch,
        sourceGeneration: fromGeneration,
        rewriteToken,
        fields: rewriteFields,
      },
      json: attributes === undefined ? {} : fromAttributes(attributes),
    });
    if (wire.done && wire.resource) return { done: true, object: toObject(wire.resource) };
    if (!wire.done && wire.rewriteToken) {
      const { rewriteToken, totalBytesRewritten, objectSize } = wire;
      return {
        done: false,
        rewriteToken,
        bytesWritten: Number(totalBytesRewritten),
        size: Number(objectSize),
      };
    }
    throw new VendorError({
      sent: true,
      code: 'internal',
      reason: 'unexpected_body',
      says: 'the copy is neither done nor can it go on',
    });
  };

  return {
    getObjectMetadata: read(
      async (name: string, options: ReadOptions | undefined, call: Call): Promise<GcsObject> =>
        toObject(
          await http.get(objectPath(bucket, name), wireObject, call, {
            query: {
              ...conditionQuery(options ?? {}),
              generation: options?.generation,
              fields: objectFields,
            },
          }),
        ),
      docs('get'),
    ),

    /** Writes an object whole; readers see the old one or the new. */
    insertObject: idempotent(
      async (
        name: string,
        body: Uint8Array | string,
        options: InsertOptions | undefined,
        call: Call,
      ): Promise<GcsObject> => {
        const bytes = typeof body === 'string' ? Buffer.from(body) : body;
        const {
          verify = true,
          ifGenerationMatch,
          ifGenerationNotMatch,
          ifMetagenerationMatch,
          ...attributes
        } = options ?? {};
        const { contentType = 'application/octet-stream' } = attributes;
        if (!/^[\x20-\x7e]{1,255}$/.test(contentType))
          refuseArgument('the content type is no header value; give one such as image/png');
        const metadata = {
          name: checkName(name),
          ...fromAttributes({ ...attributes, contentType }),
          md5Hash: verify ? hash('md5', bytes, 'base64') : undefined,
        };
        return toObject(
          await http.post(objectsPath(bucket, 'upload/'), wireObject, call, {
            query: {
              uploadType: 'multipart',
              ...conditionQuery({ ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch }),
              fields: objectFields,
            },
            ...relatedBody(metadata, contentType, bytes),
          }),
        );
      },
      docs('insert'),
    ),

    /** Objects and shared prefixes, in the order of their names' UTF-8 bytes. */
    listObjects: pages(
      read(async (filter: GcsListFilter | undefined, call: Call): Promise<Page<GcsListEntry>> => {
        const wire = await http.get(objectsPath(bucket), wireObjects, call, {
          query: {
            ...filter,
            versions: filter?.versions || undefined,
            prefix: filter?.prefix || undefined,
            maxResults: Math.min(call.pageSize ?? mostItems, mostItems),
            pageToken: fromPageToken(call),
            fields: listFields,
          },
        });
        const objects = (wire.items ?? []).map(toObject);
        return pageTokenPage(mergeEntries(objects, wire.prefixes ?? [], compareKeys), wire.nextPageToken);
      }, docs('list')),
    ),

    /** Changes what is stored beside the bytes; what is absent stays as it is. */
    patchObject: idempotent(
      async (
        name: string,
        attributes: GcsAttributes,
        options: PatchOptions | undefined,
        call: Call,
      ): Promise<GcsObject> =>
        toObject(
          await http.patch(objectPath(bucket, name), wireObject, call, {
            query: {
              ...conditionQuery(options ?? {}),
              generation: options?.generation,
              overrideUnlockedRetention: options?.overrideUnlockedRetention,
              fields: objectFields,
            },
            json: fromAttributes(attributes),
          }),
        ),
      docs('patch'),
    ),

    /**
     * One step of a copy on the server's side, which is all of it for most objects: go on with `rewriteToken` until it is done.
     * {@link copyObject} does.
     */
    rewriteObject: idempotent(
      (from: string, to: string, options: RewriteOptions | undefined, call: Call): Promise<RewriteStep> =>
        rewrite(from, to, options, options?.rewriteToken, call),
      docs('rewrite'),
    ),

    /** Copies on the server's side, in as many steps as it takes. */
    copyObject: idempotent(
      async (
        from: string,
        to: string,
        options: Omit<RewriteOptions, 'rewriteToken'> | undefined,
        call: Call,
      ): Promise<GcsObject> => {
        let step = await rewrite(from, to, options, undefined, call);
        while (!step.done) step = await rewrite(from, to, options, step.rewriteToken, call);
        return step.object;
      },
      docs('rewrite'),
    ),

    /** Makes one object of up to 32 of the same bucket and storage class, one after the other. */
    composeObject: idempotent(
      async (
        to: string,
        sources: readonly ComposeSource[],
        options: ComposeOptions | undefined,
        call: Call,
      ): Promise<GcsObject> => {
        if (sources.length < 1 || sources.length > mostSources)
          refuseArgument(`${sources.length} objects cannot be composed; give 1 to ${mostSources}`);
        const { attributes = {}, deleteSources } = options ?? {};
        return toObject(
          await http.post(objectPath(bucket, to, '/compose'), wireObject, call, {
            query: { ...conditionQuery(options ?? {}), fields: objectFields },
            json: {
              sourceObjects: sources,
              destination: fromAttributes(attributes),
              deleteSourceObjects: deleteSources || undefined,
            },
          }),
        );
      },
      docs('compose'),
    ),

    /** @returns whether there was one; with `generation`, that one goes for good */
    deleteObject: idempotent(
      async (name: string, options: ReadOptions | undefined, call: Call): Promise<boolean> => {
        try {
          await http.delete(objectPath(bucket, name), none, call, {
            query: { ...conditionQuery(options ?? {}), generation: options?.generation },
          });
          return true;
        } catch (error) {
          if (error instanceof VendorError && error.failure.reason === 'notFound') return false;
          throw error;
        }
      },
      docs('delete'),
    ),
  };
}
