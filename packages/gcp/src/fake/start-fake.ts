/** A fake of what `@im/gcp` itself needs: tokens, and one API to send requests to, the Resource Manager with the account's projects. */
import type { FakeRequest, FakeResponse, StartFakeOptions } from '@im/testing';
import { googleError } from '../common/fake/error.ts';
import {
  bodyOf,
  fakeProject,
  type GoogleFake,
  pageOf,
  startGoogleFake,
  timeOf,
} from '../common/fake/service.ts';
import type { gcp } from '../gcp.ts';

/** A project. */
export interface FakeProject {
  readonly projectId: string;
  labels: Readonly<Record<string, string>>;
}

/** A lien: what keeps a project from being deleted. */
export interface FakeLien {
  readonly name: string;
  readonly reason: string;
}

/** What an account has. */
export interface GcpWorld {
  readonly projects: Map<string, FakeProject>;
  readonly liens: FakeLien[];
}

/** A running fake. */
export type GcpFake = GoogleFake<typeof gcp, GcpWorld>;

/** Ids of the projects that every account begins with. */
export const sampleProjects = [fakeProject, 'im-sample-1', 'im-sample-2'] as const;

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartFakeOptions = {}): Promise<GcpFake> {
  const issuedFor = 3_599_000;
  return startGoogleFake<typeof gcp, GcpWorld>(options, {
    name: 'gcp',
    createWorld: () => ({
      projects: new Map(sampleProjects.map((projectId) => [projectId, { projectId, labels: {} }])),
      liens: [],
    }),
    routes: {
      'POST /oauth2/tokeninfo': (request): FakeResponse => {
        const at = options.clock?.now() ?? Date.now();
        // Whole hours, so that what is told does not differ from call to call.
        const exp = String(Math.ceil((at + issuedFor) / 3_600_000) * 3_600);
        const scope = 'https://www.googleapis.com/auth/cloud-platform';
        return request.body.byteLength > 0
          ? googleError(400, 'Invalid Value')
          : { json: { azp: '1', aud: '1', scope, exp, expires_in: '3599', access_type: 'online' } };
      },
      'GET /cloudresourcemanager/v3/projects:search': (request, { projects }) => {
        const { items, nextPageToken } = pageOf(request, [...projects.values()]);
        return { json: { projects: items.map(toResource), nextPageToken } };
      },
      'GET /cloudresourcemanager/v3/projects/:project': (request, world) => ({
        json: toResource(projectOf(request, world)),
      }),
      'PATCH /cloudresourcemanager/v3/projects/:project': (request, world) => {
        const project = projectOf(request, world);
        const { labels } = bodyOf(request);
        project.labels = { ...(labels as FakeProject['labels'] | undefined) };
        return { json: { name: 'operations/up.1', done: true, response: toResource(project) } };
      },
      'POST /cloudresourcemanager/v3/liens': (request, { liens }) => {
        const { reason } = bodyOf(request);
        if (typeof reason !== 'string') return googleError(400, 'reason is required');
        const lien = { name: `liens/p${liens.length + 1}`, reason };
        liens.push(lien);
        return { json: { ...lien, createTime: timeOf(options.clock?.now() ?? Date.now()) } };
      },
    },
  });
}

function projectOf(request: FakeRequest, { projects }: GcpWorld): FakeProject {
  const { project = '' } = request.params;
  const found = projects.get(project);
  if (found === undefined)
    throw googleError(403, `The caller does not have permission to access projects instance [${project}]`);
  return found;
}

function toResource({ projectId, labels }: FakeProject) {
  return { name: `projects/${projectId}`, projectId, state: 'ACTIVE', labels };
}
