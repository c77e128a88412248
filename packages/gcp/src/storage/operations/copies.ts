/** Objects made of objects, on the server's side: copies and compositions. */
import { type Call, idempotent, VendorError } from '@im/core';
import { checkName, conditionQuery, objectPath, type StorageConnection } from '../client.ts';
import { refuseArgument } from '../errors.ts';
import { fromAttributes, toObject } from '../map.ts';
import type { GcsAttributes, GcsCondition, GcsObject } from '../model.ts';
import { objectFields, rewriteFields, wireObject, wireRewrite } from '../wire.ts';

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

const docs = (method: string) => ({
  docs: `https://cloud.google.com/storage/docs/json_api/v1/objects/${method}`,
});

export function copyOperations({ http, bucket }: StorageConnection) {
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
  };
}
