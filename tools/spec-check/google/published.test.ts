import { BigQuery } from '@google-cloud/bigquery';
import { Storage } from '@google-cloud/storage';
import { OAuth2Client } from 'google-auth-library';
import { expect, test } from 'vitest';
import { startCatcher } from '../__tests__/catcher.ts';
import {
  describeSpecs,
  operationOf,
  published,
  type Sent,
  verdictOn,
  wrongWith,
} from '../__tests__/exchanges.ts';

const json = { 'content-type': 'application/json' };

/** Options of a client that sends to `apiEndpoint`, once. */
function clientOptions(apiEndpoint: string) {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: 'token', expiry_date: Number.MAX_SAFE_INTEGER });
  return { projectId: 'project', apiEndpoint, authClient, retryOptions: { autoRetry: false, maxRetries: 0 } };
}

describeSpecs('published discovery documents', () => {
  test.each([
    ['bigquery__v2', 47],
    ['cloudkms__v1', 83],
    ['pubsub__v1', 46],
    ['secretmanager__v1', 32],
    ['storage__v1', 82],
  ])('%s is read with its %d methods', async (name, count) => {
    const description = published(`gcp/${name}.json`);
    expect((await verdictOn(description)).described).toBe(count);
  });

  test('what the vendor’s clients send is accepted', async () => {
    await using catcher = await startCatcher();
    const storage = new Storage(clientOptions(catcher.url));
    const bigquery = new BigQuery(clientOptions(catcher.url));
    const bucket = storage.bucket('bucket');
    const file = bucket.file('a b/c?d#e%/ü');
    const table = bigquery.dataset('d').table('t');
    const once = { preconditionOpts: { ifGenerationMatch: 0 }, metadata: { contentType: 'text/plain' } };
    const sends: [string, string, () => Promise<unknown>][] = [
      [
        'storage',
        'storage.objects.list',
        () => bucket.getFiles({ prefix: 'a/', delimiter: '/', autoPaginate: false }),
      ],
      ['storage', 'storage.objects.get', () => file.getMetadata()],
      ['storage', 'storage.objects.get', () => file.download({ start: 0, end: 3 })],
      ['storage', 'storage.objects.insert', () => file.save('x', { resumable: false, ...once })],
      ['storage', 'storage.objects.insert', () => file.save('x', { resumable: true, ...once })],
      ['storage', 'storage.objects.rewrite', () => file.copy(bucket.file('y'))],
      ['storage', 'storage.objects.patch', () => file.setMetadata({ metadata: { a: 'c' } })],
      ['storage', 'storage.objects.compose', () => bucket.combine(['a', 'b'], 'c')],
      ['storage', 'storage.objects.delete', () => file.delete()],
      ['storage', 'storage.buckets.insert', () => storage.createBucket('bucket', { location: 'EU' })],
      ['storage', 'storage.buckets.getIamPolicy', () => bucket.iam.getPolicy({ requestedPolicyVersion: 3 })],
      ['bigquery', 'bigquery.jobs.query', () => bigquery.query({ query: 'select @a', params: { a: 1 } })],
      ['bigquery', 'bigquery.jobs.insert', () => bigquery.createQueryJob({ query: 'select 1' })],
      ['bigquery', 'bigquery.tabledata.insertAll', () => table.insert([{ a: 1, c: new Date(0) }])],
      [
        'bigquery',
        'bigquery.tables.insert',
        () => bigquery.dataset('d').createTable('t', { schema: 'a:string' }),
      ],
      ['bigquery', 'bigquery.tables.patch', () => table.setMetadata({ description: 'x' })],
    ];
    const versions: Readonly<Record<string, string>> = { storage: 'storage__v1', bigquery: 'bigquery__v2' };
    for (const [name, operation, send] of sends) {
      const description = published(`gcp/${versions[name]}.json`);
      const [sent] = await catcher.during(send);
      if (sent === undefined) throw new Error(`${operation} was not sent`);
      expect(await operationOf(description, sent)).toBe(operation);
      expect(await wrongWith(description, sent), operation).toEqual([]);
    }
  });

  test.each<[string, string, string | undefined]>([
    ['storage__v1', 'GET /storage/v1/b/bucket/o/a%2Fb', 'storage.objects.get'],
    ['storage__v1', 'GET /storage/v1/b/bucket/o/a/b', undefined],
    ['storage__v1', 'GET /download/storage/v1/b/bucket/o/a%2Fb?alt=media', 'storage.objects.get'],
    ['storage__v1', 'POST /upload/storage/v1/b/bucket/o?uploadType=media&name=a', 'storage.objects.insert'],
    [
      'storage__v1',
      'POST /resumable/upload/storage/v1/b/bucket/o?uploadType=resumable',
      'storage.objects.insert',
    ],
    ['pubsub__v1', 'POST /v1/projects/p/topics/t:publish', 'pubsub.projects.topics.publish'],
    ['pubsub__v1', 'PUT /v1/projects/p/topics/t', 'pubsub.projects.topics.create'],
    ['pubsub__v1', 'PUT /v1/projects/p/subscriptions/s', 'pubsub.projects.subscriptions.create'],
    ['pubsub__v1', 'GET /v1/projects/example.com:p/topics', 'pubsub.projects.topics.list'],
    [
      'secretmanager__v1',
      'GET /v1/projects/p/secrets/s/versions/latest:access',
      'secretmanager.projects.secrets.versions.access',
    ],
    [
      'secretmanager__v1',
      'POST /v1/projects/p/secrets/s:addVersion',
      'secretmanager.projects.secrets.addVersion',
    ],
    [
      'cloudkms__v1',
      'POST /v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:encrypt',
      'cloudkms.projects.locations.keyRings.cryptoKeys.encrypt',
    ],
    ['bigquery__v2', 'GET /bigquery/v2/projects/p/datasets/d/tables/t/data', 'bigquery.tabledata.list'],
  ])('%s: %s means %s', async (name, request, expected) => {
    expect(await operationOf(published(`gcp/${name}.json`), { request })).toBe(expected);
  });

  test.each<[string, string, Sent, string]>([
    [
      'storage__v1',
      'a generation that is none',
      { request: 'GET /storage/v1/b/b/o/o?ifGenerationMatch=x' },
      'storage.objects.get request query parameter ifGenerationMatch: must match pattern "^-?[0-9]+$"',
    ],
    [
      'storage__v1',
      'a bucket without a name',
      { request: 'POST /storage/v1/b?project=p', headers: json, body: { location: 'EU' } },
      "storage.buckets.insert request body: must have required property 'name'",
    ],
    [
      'storage__v1',
      'a size as a number',
      { request: 'GET /storage/v1/b/b/o/o', status: 200, answerHeaders: json, answer: { size: 3 } },
      'storage.objects.get answer status 200 body size: must be string',
    ],
    [
      'pubsub__v1',
      'data that are not base64',
      { request: 'POST /v1/projects/p/topics/t:publish', headers: json, body: { messages: [{ data: '?' }] } },
      'pubsub.projects.topics.publish request body messages[].data: must match pattern "^[A-Za-z0-9+/_-]*={0,2}$"',
    ],
    [
      'pubsub__v1',
      'an unknown member',
      { request: 'POST /v1/projects/p/topics/t:publish', headers: json, body: { messages: [{ body: 'x' }] } },
      'pubsub.projects.topics.publish request body messages[]: has a property that is not described: body',
    ],
    [
      'secretmanager__v1',
      'a state that is none',
      {
        request: 'GET /v1/projects/p/secrets/s/versions/1',
        status: 200,
        answerHeaders: json,
        answer: { state: 'ON' },
      },
      'secretmanager.projects.secrets.versions.get answer status 200 body state: must be one of ["STATE_UNSPECIFIED","ENABLED","DISABLED","DESTROYED"]',
    ],
    [
      'cloudkms__v1',
      'another method',
      { request: 'GET /v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:encrypt' },
      'GET /v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:encrypt request path: the method is not described for this path',
    ],
    [
      'bigquery__v2',
      'an unknown property in a job',
      {
        request: 'POST /bigquery/v2/projects/p/jobs',
        headers: json,
        body: { configuration: { query: { sql: 'select 1' } } },
      },
      'bigquery.jobs.insert request body configuration.query: has a property that is not described: sql',
    ],
  ])('%s: %s is a violation', async (name, _, sent, violation) => {
    expect(await wrongWith(published(`gcp/${name}.json`), sent)).toContain(violation);
  });
});
