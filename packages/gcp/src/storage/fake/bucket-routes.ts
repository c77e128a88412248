/** Buckets: https://cloud.google.com/storage/docs/json_api/v1/buckets */
import type { FakeRequest, FakeRoutes } from '@im/testing';
import type { FakeAccount } from '../../common/fake/accounts.ts';
import { fakeProject } from '../../common/fake/service.ts';
import { bodyOf, bucketFor, type FakeContext } from './context.ts';
import { refuse } from './refuse.ts';
import { answer, bucketResource } from './resource.ts';

export function bucketRoutes(context: FakeContext): FakeRoutes {
  const { store, accounts } = context;
  /** The account of a request for a project's buckets. */
  const owner = (request: FakeRequest): FakeAccount => {
    const account = accounts.principal(request);
    const project = request.query.get('project');
    if (project === null) return refuse(400, 'Required parameter: project', 'required');
    if (typeof account === 'string' || project !== fakeProject)
      return refuse(403, 'The caller does not have permission');
    return account;
  };
  return {
    'GET /storage/v1/b/:bucket': (request) =>
      answer(bucketResource(bucketFor(context, request), context.origin), request.query),
    'GET /storage/v1/b': (request) => {
      const { projectId } = owner(request);
      const { query } = request;
      const most = Number(query.get('maxResults') ?? 1_000);
      const token = query.get('pageToken');
      const all = [...store.buckets.values()]
        .filter(
          (bucket) => bucket.projectId === projectId && bucket.name.startsWith(query.get('prefix') ?? ''),
        )
        .sort((one, other) => (one.name < other.name ? -1 : 1));
      const rest = token === null ? all : all.filter(({ name }) => name > token);
      const items = rest.slice(0, most);
      const more = rest.length > most ? { nextPageToken: items.at(-1)?.name } : {};
      const shown = items.map((bucket) => bucketResource(bucket, context.origin));
      return answer({ kind: 'storage#buckets', ...more, items: shown }, query);
    },
    'POST /storage/v1/b': (request) => {
      const { projectId } = owner(request);
      const body = bodyOf(request) as NewBucketBody;
      if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(body.name ?? ''))
        return refuse(400, `Invalid bucket name: '${body.name}'`, 'invalid');
      const bucket = store.createBucket({
        name: body.name ?? '',
        projectId,
        ...(body.location && { location: body.location }),
        ...(body.storageClass && { storageClass: body.storageClass }),
        versioning: body.versioning?.enabled === true,
        objectRetention: request.query.get('enableObjectRetention') === 'true',
        softDeleteSeconds: Number(body.softDeletePolicy?.retentionDurationSeconds ?? 604_800),
      });
      return answer(bucketResource(bucket, context.origin), request.query);
    },
  };
}

interface NewBucketBody {
  readonly name?: string;
  readonly location?: string;
  readonly storageClass?: string;
  readonly versioning?: { readonly enabled?: boolean };
  readonly softDeletePolicy?: { readonly retentionDurationSeconds?: string };
}
