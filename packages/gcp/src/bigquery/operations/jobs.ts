/** Jobs: what runs for longer than an answer takes. */
import { type Call, idempotent, keyed, pages, read, VendorError } from '@im/core';
import { fromPageToken, pageTokenPage } from '@im/http';
import { pageSize } from '../../common/fields.ts';
import { isAsWanted } from '../../common/wanted.ts';
import { toConfiguration } from '../job-settings.ts';
import { jobIdOf, withoutHeader } from '../keys.ts';
import type { Job, JobRef, NewJob } from '../model/jobs.ts';
import { checkJob } from '../names.ts';
import { wireCancelled, wireConfiguredJob, wireJob, wireJobs } from '../wire.ts';
import { type Connection, mostItems, notes } from './shared.ts';

/** Which jobs. */
export interface JobFilter {
  readonly state?: 'pending' | 'running' | 'done' | undefined;
  /** Those of others too, which needs `bigquery.jobs.listAll`. Default false. */
  readonly ofAllUsers?: boolean | undefined;
}

export const jobOperations = ({ rest, names, options: home }: Connection) => ({
  /**
   * Starts a job, whose id is the call's key; so it is started once, however often it is sent. When an earlier attempt had started it the
   * vendor says no more than that: `state` is `unknown`. A key that another job has is refused with `already_exists`.
   */
  insertJob: keyed(
    async (job: NewJob, call: Call): Promise<Job> => {
      const scope = { names, dataset: home.dataset, call };
      const { configuration, location = home.location } = await toConfiguration(job, scope);
      const projectId = await names.project(call);
      const jobReference = { projectId, jobId: jobIdOf(call), location };
      const init = { json: { jobReference, configuration }, headers: withoutHeader };
      try {
        return await rest.post(`projects/${projectId}`, '/jobs', wireJob, call, init);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        if (call.attempt > 1) return { ...jobReference, state: 'unknown', type: 'unknown', problems: [] };
        const path = `/jobs/${jobReference.jobId}`;
        const there = await rest.get(`projects/${projectId}`, path, wireConfiguredJob, call, {
          query: { location },
        });
        if (isAsWanted(configuration, there.configuration)) return there.job;
        throw error;
      }
    },
    notes('jobs/insert', 'jobs.create'),
  ),
  /** How far a job is. Jobs outside of the multi-regions US and EU are found with their location only. */
  getJob: read(
    async (job: JobRef, call: Call) => {
      const query = { location: job.location ?? home.location };
      return rest.get(checkJob(job), `/jobs/${job.jobId}`, wireJob, call, { query });
    },
    notes('jobs/get', 'jobs.get'),
  ),
  /** Asks for the end of a job. It may end otherwise all the same, and is billed for what it has done. */
  cancelJob: idempotent(
    async (job: JobRef, call: Call): Promise<Job> => {
      const query = { location: job.location ?? home.location };
      const path = `/jobs/${job.jobId}/cancel`;
      return (await rest.post(checkJob(job), path, wireCancelled, call, { query })).job;
    },
    notes('jobs/cancel', 'jobs.update'),
  ),
  /** The jobs of the last half year, newest first. */
  listJobs: pages(
    read(
      async (filter: JobFilter | undefined, call: Call) => {
        const query = {
          projection: 'full',
          stateFilter: filter?.state,
          allUsers: filter?.ofAllUsers,
          maxResults: pageSize(call, mostItems),
          pageToken: fromPageToken(call),
        };
        const parent = `projects/${await names.project(call)}`;
        const wire = await rest.get(parent, '/jobs', wireJobs, call, { query });
        return pageTokenPage(wire.jobs, wire.nextPageToken);
      },
      notes('jobs/list', 'jobs.list'),
    ),
  ),
});

function isDuplicate(error: unknown): boolean {
  return error instanceof VendorError && error.failure.status === 409;
}
