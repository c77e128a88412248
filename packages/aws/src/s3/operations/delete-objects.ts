/** Deleting many objects by one request. */
import { createHash } from 'node:crypto';
import { type Call, type IntegrationError, idempotent } from '@im/core';
import { rawPath, text } from '@im/http';
import { about, type S3Connection } from '../connection.ts';
import { errorOf } from '../errors.ts';
import { checkKey } from '../keys.ts';
import { escapeXml, isXmlText, parseXml } from '../xml.ts';
import { checkWhole, invalid, notes } from './shared.ts';

/** What to delete. */
export interface DeleteTarget {
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** What became of one target. No error: it is not there any more, whether or not it was. */
export interface DeleteOutcome extends DeleteTarget {
  readonly error?: IntegrationError | undefined;
}

/** Most targets of one request. */
export const maxDeleteKeys = 1000;

/** Makes the operation. */
export function deleteObjectsOperation(connection: S3Connection) {
  const { http, bucket, region } = connection;

  return {
    /**
     * Deletes up to 1,000 objects, with an outcome for each, in their order. Keys with characters that XML cannot say are refused: use
     * `deleteObject` for them.
     */
    deleteObjects: idempotent(
      async (targets: readonly DeleteTarget[], call: Call): Promise<readonly DeleteOutcome[]> => {
        checkWhole('the number of keys', targets.length, 1, maxDeleteKeys);
        for (const { key } of targets) {
          checkKey(key);
          if (!isXmlText(key))
            throw invalid('a key has characters that XML lacks', 'delete it by deleteObject');
        }
        const body = toXml(targets);
        const content = await about(
          connection,
          undefined,
          http.post(rawPath(''), text, call, {
            query: { delete: '' },
            headers: {
              'content-type': 'application/xml',
              'content-md5': createHash('md5').update(body).digest('base64'),
            },
            body,
          }),
        );
        const failed = new Map(
          parseXml(content, 'DeleteResult')
            .children('Error')
            .map((error) => {
              const key = error.text('Key') ?? '';
              const failure = errorOf(error.text('Code'), error.text('Message') ?? '', {
                bucket,
                region,
                key,
              });
              return [nameOf(key, error.text('VersionId')), failure] as const;
            }),
        );
        return targets.map((target) => {
          const error =
            failed.get(nameOf(target.key, target.versionId)) ?? failed.get(nameOf(target.key, undefined));
          return error === undefined ? target : { ...target, error };
        });
      },
      notes('DeleteObjects', 'DeleteObject', 'DeleteObjectVersion'),
    ),
  };
}

function nameOf(key: string, versionId: string | undefined): string {
  return `${versionId ?? ''} ${key}`;
}

function toXml(targets: readonly DeleteTarget[]): string {
  const objects = targets.map(({ key, versionId }) => {
    const version = versionId === undefined ? '' : `<VersionId>${escapeXml(versionId)}</VersionId>`;
    return `<Object><Key>${escapeXml(key)}</Key>${version}</Object>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects.join('')}</Delete>`;
}
