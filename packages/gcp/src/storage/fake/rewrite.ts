/** Copies on the server's side, in steps where they are large: https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { holdConditions } from './conditions.ts';
import { attributesFrom, bodyOf, bucketFor, type FakeContext, nameFor } from './context.ts';
import { refuse } from './refuse.ts';
import { answer, objectResource } from './resource.ts';

/** How far a copy is, and for which object. */
interface Progress {
  readonly of: string;
  readonly generation: string;
  readonly written: number;
}

export function rewriter(context: FakeContext): (request: FakeRequest) => FakeResponse {
  const { store } = context;
  const under = new Map<string, Progress>();
  return (request) => {
    const { query, params } = request;
    const from = bucketFor(context, request);
    const to = bucketFor(context, request, params.toBucket);
    const name = nameFor(params.toObject);
    const source = store.find(from, params.object ?? '', query.get('sourceGeneration'));
    holdConditions(query, source, 'write', 'ifSource');
    holdConditions(query, store.present(to, name), 'write');
    const of = `${request.path}?${request.body.byteLength}`;
    const token = query.get('rewriteToken');
    const progress = token === null ? undefined : under.get(token);
    if (token !== null && (progress?.of !== of || progress.generation !== source.generation))
      return refuse(400, 'The rewrite token is invalid.', 'invalid');
    const size = source.bytes.byteLength;
    const most = Number(query.get('maxBytesRewrittenPerCall') ?? context.rewriteBytesPerCall);
    const written = Math.min(size, (progress?.written ?? 0) + most);
    const facts = {
      kind: 'storage#rewriteResponse',
      totalBytesRewritten: String(written),
      objectSize: String(size),
    };
    if (written < size) {
      const rewriteToken = Buffer.from(`${under.size}/${written}/${source.generation}`).toString('base64url');
      under.set(rewriteToken, { of, generation: source.generation, written });
      return answer({ ...facts, done: false, rewriteToken }, query);
    }
    const given = attributesFrom(bodyOf(request));
    const isGiven = Object.keys(given).length > 0;
    // Locks stay with their object; everything else goes along, unless the request says what to store.
    const { temporaryHold: _, eventBasedHold: __, retention: ___, ...kept } = source.attributes;
    const { storageClass = to.storageClass } = given;
    const object = store.write(to, name, {
      bytes: source.bytes,
      attributes: isGiven ? { ...given, storageClass } : kept,
      ...(source.componentCount && { composedOf: source.componentCount }),
    });
    return answer({ ...facts, done: true, resource: objectResource(object, context.origin) }, query);
  };
}
