/**
 * Resumable uploads: a session, then the bytes in pieces, one after the other. A session is good for a week, and its address is the
 * right to upload: treat it as a secret.
 *
 * @see {@link https://cloud.google.com/storage/docs/performing-resumable-uploads | Cloud Storage: Resumable uploads}
 */
import { type Call, idempotent, VendorError } from '@im/core';
import { type HttpHeaders, none } from '@im/http';
import { checkName, conditionQuery, objectsPath, type StorageConnection } from '../client.ts';
import { refuseArgument } from '../errors.ts';
import { fromAttributes, toObject } from '../map.ts';
import type { GcsAttributes, GcsCondition, GcsObject } from '../model.ts';
import { wireObject } from '../wire.ts';

/** How to begin an upload. The condition holds when it ends. */
export interface UploadOptions extends GcsAttributes, GcsCondition {
  /** Bytes in all, where they are known. */
  readonly size?: number | undefined;
}

/** A piece of an upload. */
export interface UploadPiece {
  /** Where it begins in the object: what has arrived so far. */
  readonly offset: number;
  /** A multiple of 256 KiB, unless it is the last. */
  readonly bytes: Uint8Array;
  /** Bytes in all; said at the latest with the last piece. */
  readonly size?: number | undefined;
}

/** How far an upload is. */
export type UploadProgress =
  | { readonly done: true; readonly object: GcsObject }
  | { readonly done: false; readonly bytesReceived: number };

const docs = { docs: 'https://cloud.google.com/storage/docs/performing-resumable-uploads' };
/** Pieces are a multiple of this, but the last. */
const pieceUnit = 256 * 1024;
const uploadsPath = 'upload/storage/v1/b';

export function uploadOperations({ http, bucket }: StorageConnection) {
  /** A session is a path of the service itself: nothing else is given bytes. */
  const checkSession = (session: string): string => {
    if (session.startsWith(`/${uploadsPath}/`)) return session.slice(1);
    return refuseArgument('this is no session of this service; give what startUpload gave');
  };
  const put = async (
    session: string,
    contentRange: string,
    body: Uint8Array | string,
    call: Call,
  ): Promise<UploadProgress> => {
    try {
      const wire = await http.put(checkSession(session), wireObject, call, {
        body,
        headers: { 'content-range': contentRange },
      });
      return { done: true, object: toObject(wire) };
    } catch (error) {
      const headers = error instanceof VendorError && error.failure.status === 308 && error.failure.headers;
      if (!headers) throw error;
      const [, last] = /^bytes=0-(\d+)$/.exec(headers.get('range') ?? '') ?? [];
      return { done: false, bytesReceived: last === undefined ? 0 : Number(last) + 1 };
    }
  };

  return {
    /** Begins an upload. @returns its session: a path of the service, good in another process */
    startUpload: idempotent(
      async (name: string, options: UploadOptions | undefined, call: Call): Promise<string> => {
        const { size, ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch, ...attributes } =
          options ?? {};
        const { headers } = await http.request('POST', objectsPath(bucket, 'upload/'), none, call, {
          query: {
            uploadType: 'resumable',
            ...conditionQuery({ ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch }),
          },
          headers: {
            'x-upload-content-type': attributes.contentType,
            'x-upload-content-length': size?.toString(),
          },
          json: { name: checkName(name), ...fromAttributes(attributes) },
        });
        return sessionOf(headers);
      },
      docs,
    ),

    /** Sends a piece. Bytes that have arrived already are not stored twice. */
    sendPiece: idempotent((session: string, piece: UploadPiece, call: Call): Promise<UploadProgress> => {
      const { offset, bytes, size } = piece;
      const end = offset + bytes.byteLength;
      const isLast = end === size;
      if (!isLast && (bytes.byteLength === 0 || bytes.byteLength % pieceUnit !== 0))
        refuseArgument(
          `a piece of ${bytes.byteLength} bytes is not the last; give a multiple of ${pieceUnit}`,
        );
      const range = bytes.byteLength === 0 ? '*' : `${offset}-${end - 1}`;
      return put(session, `bytes ${range}/${size ?? '*'}`, bytes, call);
    }, docs),

    /** Tells how far an upload is, in this process or another. */
    getUploadProgress: idempotent(
      (session: string, call: Call): Promise<UploadProgress> => put(session, 'bytes */*', '', call),
      docs,
    ),

    /** Gives an upload up; one that is gone already is fine. */
    cancelUpload: idempotent(async (session: string, call: Call): Promise<void> => {
      try {
        await http.delete(checkSession(session), none, call);
      } catch (error) {
        // 499 is the service's word for success: https://cloud.google.com/storage/docs/performing-resumable-uploads#cancel-upload
        const status = error instanceof VendorError ? error.failure.status : undefined;
        if (status !== 499 && status !== 404 && status !== 410) throw error;
      }
    }, docs),
  };
}

function sessionOf(headers: HttpHeaders): string {
  const location = headers.get('location');
  if (location && URL.canParse(location)) {
    const { pathname, search } = new URL(location);
    return pathname + search;
  }
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_headers',
    says: 'the answer names no session',
  });
}
