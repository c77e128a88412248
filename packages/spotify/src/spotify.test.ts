import { isIntegrationError } from '@im/core';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, test } from 'vitest';
import { openBench } from './__tests__/connect.ts';
import { spotify } from './spotify.ts';
import { harness, sampleIds } from './testing.ts';

describeIntegration(spotify, harness);

const manyIds = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`);

describe('batches', () => {
  test.each([
    ['getAlbums', 20],
    ['getArtists', 50],
    ['getTracks', 50],
    ['getShows', 50],
    ['getEpisodes', 50],
    ['getAudiobooks', 50],
    ['getChapters', 50],
    ['getSeveralAudioFeatures', 100],
    ['saveAlbums', 20],
    ['saveTracks', 50],
    ['checkSavedShows', 50],
    ['saveToLibrary', 40],
    ['checkLibrary', 40],
  ] as const)('%s refuses none and more than %i before it sends anything', async (name, most) => {
    await using bench = await openBench();
    const client = bench.client();
    for (const ids of [[], manyIds(most + 1)]) {
      expect(await bench.failure(client[name](ids))).toMatchObject({
        code: 'invalid_argument',
        effect: 'none',
        operation: name,
        retryable: false,
      });
    }
    expect(bench.fake.exchanges).toHaveLength(0);
  });

  test('the largest batch goes out whole', async () => {
    await using bench = await openBench();
    const saved = await bench.client().checkLibrary(manyIds(40).map((id) => `spotify:track:${id}`));
    expect(saved).toEqual(manyIds(40).map(() => false));
  });
});

describe('markets', () => {
  const market = (line: string | undefined) =>
    new URL(line?.split(' ')[1] ?? '', 'http://x').searchParams.get('market');

  test('the option holds for calls that name none', async () => {
    await using bench = await openBench();
    await bench.client({ options: { market: 'GB' } }).getTrack(sampleIds.track);
    expect(market(bench.sent()[0])).toBe('GB');
  });

  test('a call names another; without option and name none is sent', async () => {
    await using bench = await openBench();
    await bench.client({ options: { market: 'GB' } }).getTrack(sampleIds.track, 'US');
    await bench.client({ options: { market: undefined } }).getTrack(sampleIds.track);
    expect(bench.sent().map(market)).toEqual(['US', null]);
  });

  test('a track that is not sold there comes as the one that stands in for it', async () => {
    await using bench = await openBench();
    const client = bench.client();
    const [here] = await client.searchTracks('Telemetry European', { market: 'SE' }).toArray();
    const there = await client.getTrack(here?.id ?? '', 'US');
    expect(here).toMatchObject({ isPlayable: true, linkedFrom: undefined });
    expect(there).toMatchObject({ isPlayable: true, linkedFrom: { id: here?.id }, name: 'Telemetry' });
    expect(there.id).not.toBe(here?.id);
  });

  test('podcasts are not found by an app that names no market', async () => {
    await using bench = await openBench();
    const client = bench.client({ flow: 'client-credentials', options: { market: undefined } });
    expect(await bench.failure(client.getShow(sampleIds.show))).toMatchObject({ code: 'not_found' });
    expect((await client.getShow(sampleIds.show, 'SE')).episodes).toHaveLength(4);
  });
});

describe('rate limit', () => {
  test('a wait of seconds is obeyed, and the call then succeeds', async () => {
    await using bench = await openBench();
    bench.fake.account().callsPerWindow = 2;
    const client = bench.client({ resilience: { timeoutMs: 60_000 } });
    const started = bench.clock.now();
    for (let count = 0; count < 2; count += 1) await client.getTrack(sampleIds.track);
    await bench.clock.until(client.getTrack(sampleIds.track));
    expect(bench.fake.exchanges.filter(({ status }) => status === 429)).toHaveLength(1);
    expect(bench.clock.now() - started).toBeGreaterThanOrEqual(30_000);
  });

  test('a wait of hours fails at once and says when to come back', async () => {
    await using bench = await openBench();
    const account = bench.fake.account();
    Object.assign(account, { callsPerWindow: 0, retryAfterSeconds: 7_200 });
    const started = bench.clock.now();
    const error = await bench.failure(bench.client().getTrack(sampleIds.track));
    expect(error).toMatchObject({ code: 'resource_exhausted', retryAfterMs: 7_200_000, status: 429 });
    expect(isIntegrationError(error) && error.notBefore).toBeGreaterThanOrEqual(started + 7_200_000);
    expect(bench.clock.now() - started).toBeLessThan(1_000);
    expect(bench.sent()).toHaveLength(1);
  });

  test('one tenant at its limit does not hold back another', async () => {
    await using bench = await openBench();
    Object.assign(bench.fake.account('tenant_a'), { callsPerWindow: 0, retryAfterSeconds: 7_200 });
    await bench.failure(bench.client({ tenant: 'tenant_a' }).getTrack(sampleIds.track));
    const track = await bench.client({ tenant: 'tenant_b' }).getTrack(sampleIds.track);
    expect(track.name).toBe('Low Tide');
  });
});

describe('player', () => {
  test('no device at all reads as undefined (204)', async () => {
    await using bench = await openBench();
    bench.fake.account().player.activeId = undefined;
    expect(await bench.client().getPlaybackState()).toBeUndefined();
  });

  test('currently playing reads as undefined on 204 too', async () => {
    await using bench = await openBench();
    bench.fake.inject({
      path: '/v1/me/player/currently-playing',
      fault: { kind: 'status', status: 204, body: '' },
    });
    expect(await bench.client().getCurrentlyPlaying()).toBeUndefined();
  });

  test('a command without a device says so', async () => {
    await using bench = await openBench();
    bench.fake.account().player.activeId = undefined;
    expect(await bench.failure(bench.client().skipToNext())).toMatchObject({
      code: 'failed_precondition',
      reason: 'NO_ACTIVE_DEVICE',
      message: expect.stringContaining('open Spotify somewhere'),
    });
  });

  test('a command without Premium is not allowed', async () => {
    await using bench = await openBench();
    bench.fake.account().product = 'free';
    expect(await bench.failure(bench.client().setVolume(10))).toMatchObject({
      code: 'permission_denied',
      reason: 'PREMIUM_REQUIRED',
    });
  });

  test('to pause what is paused, and to resume what plays, is success', async () => {
    await using bench = await openBench();
    const client = bench.client();
    await client.pausePlayback();
    await client.pausePlayback();
    expect(await client.getPlaybackState()).toMatchObject({ isPlaying: false });
    await client.startPlayback();
    await client.startPlayback();
    expect(await client.getPlaybackState()).toMatchObject({ isPlaying: true });
  });

  test('skipping is not repeated when the answer is lost, and its outcome is unknown', async () => {
    await using bench = await openBench();
    const client = bench.client();
    const before = await client.getPlaybackState();
    bench.fake.inject({ path: '/v1/me/player/next', fault: { kind: 'cut', when: 'after' } });
    expect(await bench.failure(client.skipToNext())).toMatchObject({ effect: 'unknown' });
    const after = await client.getPlaybackState();
    expect(bench.sent().filter((line) => line.startsWith('POST'))).toHaveLength(1);
    expect(after?.item?.uri).not.toBe(before?.item?.uri);
  });

  test('what was played comes newest first, page by page without a gap', async () => {
    await using bench = await openBench();
    const client = bench.client();
    const whole = await client.listRecentlyPlayed().toArray();
    const paged = await client.listRecentlyPlayed(undefined, { pageSize: 2 }).toArray();
    expect(paged).toEqual(whole);
    expect(whole.map(({ playedAt }) => playedAt)).toEqual(
      whole
        .map(({ playedAt }) => playedAt)
        .sort()
        .reverse(),
    );
    expect(bench.sent().filter((line) => line.includes('limit=2'))).toHaveLength(3);
  });
});

test('a paged search stops where the vendor does, and gives each hit once', async () => {
  await using bench = await openBench();
  const found = await bench.client().searchTracks('e').toArray();
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  expect(found.length).toBeGreaterThan(10);
  expect(bench.sent().every((line) => line.includes('limit=10'))).toBe(true);
});

test('ids cannot leave their place in the path', async () => {
  await using bench = await openBench();
  expect(await bench.failure(bench.client().getTrack('../me?x=1'))).toMatchObject({ code: 'not_found' });
  expect(bench.fake.exchanges.at(-1)?.target).toBe('/v1/tracks/..%2Fme%3Fx%3D1?market=SE');
});

test.each(['', '.', '..'])('an id of %j is refused before anything is sent', async (id) => {
  await using bench = await openBench();
  const client = bench.client();
  const works = [
    () => client.getTrack(id),
    () => client.updatePlaylist(id, {}),
    () => client.listAlbumTracks(id).toArray(),
  ];
  for (const work of works) {
    expect(await bench.failure(work())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
  }
  expect(bench.fake.exchanges).toHaveLength(0);
});

test('the option locale holds for browse calls that name none', async () => {
  await using bench = await openBench();
  const client = bench.client({ options: { locale: 'sv_SE' } });
  await client.getCategory('travel');
  await client.getCategory('travel', 'de_DE');
  expect(bench.sent().map((line) => line.split('locale=')[1])).toEqual(['sv_SE', 'de_DE']);
});

test('the check needs no user and nothing that is deprecated', async () => {
  await using bench = await openBench();
  const client = bench.client({ flow: 'client-credentials' });
  await (spotify.check?.(client, { signal: AbortSignal.timeout(60_000) }) ?? Promise.reject());
  expect(bench.sent()).toEqual(['GET /search?q=a&type=track&market=SE&limit=1&offset=0']);
});

test('followed artists are paged by the vendor’s own cursor', async () => {
  await using bench = await openBench();
  const artists = await bench.client().listFollowedArtists({ pageSize: 1 }).toArray();
  expect(artists).toHaveLength(3);
  expect(bench.sent().at(-1)).toContain('after=');
});

test('an unknown kind of item in the queue reads as nothing, and the rest still comes', async () => {
  await using bench = await openBench();
  const track = { type: 'track', id: '1', uri: 'spotify:track:1', name: 'A', artists: null, duration_ms: 1 };
  const body = JSON.stringify({
    currently_playing: { type: 'hologram' },
    queue: [{ type: 'hologram' }, track],
  });
  bench.fake.inject({
    fault: { kind: 'status', status: 200, body, headers: { 'content-type': 'application/json' } },
    path: '/v1/me/player/queue',
  });
  const queue = await bench.client().getQueue();
  expect(queue).toMatchObject({ currentlyPlaying: undefined, queue: [{ name: 'A', artists: [] }] });
});
