import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { callOf } from './__tests__/call.ts';
import { fixedCredentials } from './__tests__/fixed-credentials.ts';
import { parseRequest, type SigningVector } from './__tests__/signing-vectors.ts';
import { createSigner, createSigningTime, Sha256, signerClass } from './sign.ts';

const noon = Date.UTC(2030, 0, 1, 12);

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

const request = parseRequest('GET /a?b=c HTTP/1.1\nHost:example.amazonaws.com');

function signerFor({ context }: SigningVector) {
  const { access_key_id, secret_access_key, token } = context.credentials;
  const isSigned = token !== undefined && context.omit_session_token !== true;
  return createSigner({
    service: context.service,
    region: context.region,
    credentials: fixedCredentials({
      accessKeyId: access_key_id,
      secretAccessKey: secret_access_key,
      ...(isSigned && { sessionToken: token }),
    }),
    time: createSigningTime(createVirtualClock(Date.parse(context.timestamp))),
    sendsPayloadHash: context.sign_body,
    // The services that escape the path once more are those that normalise it, too.
    escapesPath: context.normalize,
  });
}

describeVectors('the published vectors of Signature Version 4', 'cloud-signing', (folder) => {
  const vectors = JSON.parse(readFileSync(join(folder, 'aws-sigv4.json'), 'utf8')) as SigningVector[];

  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s, in headers', async (_, vector) => {
    const headers = await signerFor(vector).sign(parseRequest(vector.request), callOf());
    expect(/Signature=(\w+)$/.exec(headers.authorization ?? '')?.[1]).toBe(vector['header-signature']);
  });

  const bodyless = vectors.filter((vector) => parseRequest(vector.request).body === undefined);
  it.each(bodyless.map((vector) => [vector.name, vector] as const))('%s, in the URL', async (_, vector) => {
    const seconds = vector.context.expiration_in_seconds;
    const url = await signerFor(vector).presign(parseRequest(vector.request), seconds, callOf());
    expect(new URL(url).searchParams.get('X-Amz-Signature')).toBe(vector['query-signature']);
  });
});

describe('a signer', () => {
  const signerAt = (clock: VirtualClock, time = createSigningTime(clock)) =>
    createSigner({
      service: 's3',
      region: 'us-east-1',
      credentials: fixedCredentials(keys),
      time,
      escapesPath: false,
      sendsPayloadHash: true,
    });

  it('gives only what is to be added, and takes the time from the clock of the integration', async () => {
    const headers = await signerAt(createVirtualClock(noon)).sign(request, callOf());
    expect(Object.keys(headers).sort()).toEqual(['authorization', 'x-amz-content-sha256', 'x-amz-date']);
    expect(headers['x-amz-date']).toBe('20300101T120000Z');
  });

  it('signs a stream as UNSIGNED-PAYLOAD, and a hash that stands in the request as it is', async () => {
    const signer = signerAt(createVirtualClock(noon));
    const body = (async function* () {})();
    expect((await signer.sign({ ...request, body }, callOf()))['x-amz-content-sha256']).toBe(
      'UNSIGNED-PAYLOAD',
    );
    const given = { ...request, headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' } };
    const headers = await signer.sign(given, callOf());
    expect(headers['x-amz-content-sha256']).toBeUndefined();
    expect(headers.authorization).toContain('x-amz-content-sha256');
  });

  it('signs at the time of AWS once a refusal showed that the clock is wrong by minutes', async () => {
    const clock = createVirtualClock(noon);
    const time = createSigningTime(clock);
    const answer = (date: number) => new Headers({ date: new Date(date).toUTCString() });
    time.correct(200, answer(noon + 3_600_000));
    time.correct(403, answer(noon + 60_000));
    expect(time.now().getTime()).toBe(noon);
    time.correct(403, answer(noon + 3_600_000));
    expect((await signerAt(clock, time).sign(request, callOf()))['x-amz-date']).toBe('20300101T130000Z');
    // The clock was set meanwhile.
    await clock.advance(3_600_000);
    time.correct(403, answer(noon + 3_600_000));
    expect(time.now().getTime()).toBe(noon + 3_600_000);
  });

  it.each([0, 0.5, 604_801, Number.NaN])('refuses a URL that lives for %d seconds', async (seconds) => {
    const signing = signerAt(createVirtualClock(noon)).presign(request, seconds, callOf());
    await expect(signing).rejects.toMatchObject({ failure: { code: 'invalid_argument', sent: false } });
  });

  it('signs the headers that the user of a URL must send, and leaves them out of it', async () => {
    const signing = { ...request, headers: { 'content-type': 'text/plain', 'x-amz-meta-a': 'b' } };
    const url = new URL(await signerAt(createVirtualClock(noon)).presign(signing, 60, callOf()));
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-type;host;x-amz-meta-a');
    expect([...url.searchParams.keys()].filter((name) => /meta|sha256/i.test(name))).toEqual([]);
  });
});

describe('the class with which the SDK signs', () => {
  it('signs as the signer does, at the time of the integration', async () => {
    const time = createSigningTime(createVirtualClock(noon));
    const Signature = signerClass(time);
    const setup = {
      service: 'sqs',
      region: 'us-east-1',
      credentials: keys,
      sha256: Sha256,
      applyChecksum: false,
    };
    const signed = await new Signature(setup).sign({
      method: 'GET',
      protocol: 'https:',
      hostname: 'example.amazonaws.com',
      path: '/a',
      query: { b: 'c' },
      headers: { host: 'example.amazonaws.com' },
    });
    const own = createSigner({
      service: 'sqs',
      region: 'us-east-1',
      credentials: fixedCredentials(keys),
      time,
    });
    expect(signed.headers.authorization).toBe((await own.sign(request, callOf())).authorization);
  });
});
