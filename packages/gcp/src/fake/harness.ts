/** One sample call of each operation. */
import type { Harness } from '@im/testing';
import { z } from 'zod';
import { fakeProject } from '../common/fake/service.ts';
import type { gcp } from '../gcp.ts';
import { startFake } from './start-fake.ts';

const service = 'cloudresourcemanager';
const project = z.object({ projectId: z.string() });

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof gcp> = {
  startFake,
  samples: {
    getTokenInfo: [],
    getAccessToken: [],
    getProjectId: [],
    requestRead: [{ service, path: `v3/projects/${fakeProject}` }, project],
    requestIdempotent: [
      { service, path: `v3/projects/${fakeProject}`, method: 'PATCH', json: { labels: { team: 'blue' } } },
      z.object({ done: z.literal(true) }),
    ],
    requestUnsafe: [
      { service, path: 'v3/liens', json: { parent: `projects/${fakeProject}`, reason: 'in use' } },
      z.object({ name: z.string() }),
    ],
    requestPages: [{ service, path: 'v3/projects:search', items: 'projects' }, project],
  },
};
