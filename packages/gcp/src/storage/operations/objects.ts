/** Objects: written in one go, described, listed, changed, deleted. */
import { hash } from 'node:crypto';
import { type Call, idempotent, type Page, pages, read, VendorError } from '@im/core';
import { fromPageToken, none, pageTokenPage } from '@im/http';
import { compareKeys } from '@im/storage';
import { checkName, conditionQuery, objectPath, objectsPath, type StorageConnection } from '../client.ts';
import { refuseArgument } from '../errors.ts';
import { fromAttributes, mergeEntries, toObject } from '../map.ts';
import type { GcsAttributes, GcsCondition, GcsListEntry, GcsListFilter, GcsObject } from '../model.ts';
import { relatedBody } from '../multipart-related.ts';
import { listFields, objectFields, wireObject, wireObjects } from '../wire.ts';

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

const mostItems = 1_000;
const docs = (method: string) => ({
  docs: `https://cloud.google.com/storage/docs/json_api/v1/objects/${method}`,
});

export function objectOperations({ http, bucket }: StorageConnection) {
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
