/** Objects, as the JSON API has them: https://cloud.google.com/storage/docs/json_api/v1/objects */
import type { FakeRequest, FakeResponse, FakeRoutes } from '@im/testing';
import { holdConditions } from './conditions.ts';
import { attributesFrom, bodyOf, bucketFor, type FakeContext, nameFor } from './context.ts';
import { listObjects } from './listing.ts';
import { mediaAnswer } from './media.ts';
import { refuse } from './refuse.ts';
import { answer, objectResource } from './resource.ts';
import { rewriter } from './rewrite.ts';
import type { FakeAttributes, FakeObject } from './store.ts';

export function objectRoutes(context: FakeContext): FakeRoutes {
  const { store } = context;
  const show = (object: FakeObject, { query }: FakeRequest): FakeResponse =>
    answer(objectResource(object, context.origin), query);
  const target = (request: FakeRequest) => {
    const bucket = bucketFor(context, request);
    const object = store.find(bucket, request.params.object ?? '', request.query.get('generation'));
    return object;
  };
  const get = (request: FakeRequest): FakeResponse => {
    const object = target(request);
    holdConditions(request.query, object, 'read');
    return request.query.get('alt') === 'media' ? mediaAnswer(object, request) : show(object, request);
  };

  return {
    'GET /storage/v1/b/:bucket/o': (request) => listObjects(context, bucketFor(context, request), request),
    'GET /storage/v1/b/:bucket/o/:object': get,
    'GET /download/storage/v1/b/:bucket/o/:object': get,
    'DELETE /storage/v1/b/:bucket/o/:object': (request) => {
      const object = target(request);
      holdConditions(request.query, object, 'write');
      if (request.query.has('generation')) store.destroy(object);
      else store.archive(object);
      return { status: 204 };
    },
    'PATCH /storage/v1/b/:bucket/o/:object': (request) => {
      const object = target(request);
      holdConditions(request.query, object, 'write');
      const body = bodyOf(request);
      checkRetention(context, object, body, request.query.get('overrideUnlockedRetention') === 'true');
      object.attributes = patched(object.attributes, body);
      object.metageneration += 1;
      object.updatedAt = context.clock.now();
      return show(object, request);
    },
    'POST /storage/v1/b/:bucket/o/:object/compose': (request) => {
      const bucket = bucketFor(context, request);
      const name = nameFor(request.params.object);
      const { sourceObjects, destination = {}, deleteSourceObjects } = bodyOf(request) as ComposeBody;
      if (!Array.isArray(sourceObjects) || sourceObjects.length < 1 || sourceObjects.length > 32)
        return refuse(400, 'The number of source components provided must be between 1 and 32', 'invalid');
      const sources = sourceObjects.map(({ name, generation, objectPreconditions }) => {
        const source = store.find(bucket, name, generation ?? null);
        const wanted = objectPreconditions?.ifGenerationMatch;
        if (wanted !== undefined && wanted !== source.generation)
          refuse(412, 'At least one of the pre-conditions you specified did not hold.');
        return source;
      });
      const storageClass = sources[0]?.attributes.storageClass ?? '';
      if (sources.some(({ attributes }) => attributes.storageClass !== storageClass))
        refuse(400, 'All source objects must have the same storage class.', 'invalid');
      holdConditions(request.query, store.present(bucket, name), 'write');
      const object = store.write(bucket, name, {
        bytes: Buffer.concat(sources.map(({ bytes }) => bytes)),
        // The composed object has the class of what it is made of, whatever was asked for.
        attributes: { ...attributesFrom(destination), storageClass },
        composedOf: sources.reduce((sum, { componentCount = 1 }) => sum + componentCount, 0),
      });
      if (deleteSourceObjects === true) for (const source of new Set(sources)) store.destroy(source);
      return show(object, request);
    },
    'POST /storage/v1/b/:bucket/o/:object/rewriteTo/b/:toBucket/o/:toObject': rewriter(context),
  };
}

interface ComposeBody {
  readonly sourceObjects?: readonly {
    readonly name: string;
    readonly generation?: string;
    readonly objectPreconditions?: { readonly ifGenerationMatch?: string };
  }[];
  readonly destination?: Readonly<Record<string, unknown>>;
  readonly deleteSourceObjects?: boolean;
}

/** Merged as JSON Merge Patch has it: null takes away, a mapping is merged. */
function patched(old: FakeAttributes, body: Readonly<Record<string, unknown>>): FakeAttributes {
  const cleared = Object.keys(old).filter((name) => body[name] === null);
  const kept = Object.fromEntries(Object.entries(old).filter(([name]) => !cleared.includes(name)));
  const given = attributesFrom(body);
  const metadata = { ...old.metadata, ...given.metadata };
  for (const [name, value] of Object.entries(metadata)) if (value === null) delete metadata[name];
  return { ...kept, ...given, ...(given.metadata && { metadata }) };
}

/** https://cloud.google.com/storage/docs/object-lock#considerations */
function checkRetention(
  { clock }: FakeContext,
  { bucket, name, attributes }: FakeObject,
  body: Readonly<Record<string, unknown>>,
  isOverridden: boolean,
): void {
  if (!('retention' in body)) return;
  if (!bucket.objectRetention) refuse(400, 'Object retention is not enabled on this bucket.', 'invalid');
  const old = attributes.retention;
  const next = attributesFrom(body).retention;
  if (old === undefined || Date.parse(old.retainUntilTime) <= clock.now()) return;
  const isWeaker =
    next === undefined ||
    Date.parse(next.retainUntilTime) < Date.parse(old.retainUntilTime) ||
    (old.mode === 'Locked' && next.mode !== 'Locked');
  if (isWeaker && (old.mode === 'Locked' || !isOverridden))
    refuse(403, `Object '${bucket.name}/${name}' is subject to object retention and cannot be shortened.`);
}
