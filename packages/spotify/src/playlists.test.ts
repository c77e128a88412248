import { describe, expect, test } from 'vitest';
import { openBench } from './__tests__/connect.ts';
import { sampleIds, userIdOf } from './testing.ts';

const { playlist, secretPlaylist } = sampleIds;
const [a, b] = [`spotify:track:${sampleIds.track}`, `spotify:track:${sampleIds.otherTrack}`];

async function openContents() {
  const bench = await openBench();
  const client = bench.client();
  const uris = async () => (await client.listPlaylistItems(playlist).toArray()).map(({ item }) => item?.uri);
  return { bench, client, uris, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

describe('versions', () => {
  test('every change gives another snapshot id, and the playlist then has it', async () => {
    await using it = await openContents();
    const { client } = it;
    const before = await client.getPlaylistSnapshot(playlist);
    const added = await client.addPlaylistItems(playlist, [a]);
    const replaced = await client.replacePlaylistItems(playlist, [a, b]);
    const reordered = await client.reorderPlaylistItems(playlist, { from: 0, before: 2 });
    const removed = await client.removePlaylistItems(playlist, [a]);
    const ids = [before, added, replaced, reordered, removed].map(({ snapshotId }) => snapshotId);
    expect(new Set(ids).size).toBe(5);
    expect((await client.getPlaylist(playlist)).snapshotId).toBe(removed.snapshotId);
    expect(await it.uris()).toEqual([b]);
  });

  test('a removal that is meant for an older version leaves what came later', async () => {
    await using it = await openContents();
    const { client } = it;
    const { snapshotId } = await client.replacePlaylistItems(playlist, [a, b]);
    await client.addPlaylistItems(playlist, [a]);
    await client.removePlaylistItems(playlist, [a], snapshotId);
    expect(await it.uris()).toEqual([b, a]);
  });

  test('positions of a reordering count in the version that was given', async () => {
    await using it = await openContents();
    const { client } = it;
    const { snapshotId } = await client.replacePlaylistItems(playlist, [a, b]);
    await client.addPlaylistItems(playlist, [`spotify:episode:${sampleIds.episode}`], 0);
    await client.reorderPlaylistItems(playlist, { from: 0, before: 2, snapshotId });
    expect(await it.uris()).toEqual([`spotify:episode:${sampleIds.episode}`, b, a]);
  });

  test('a reordering goes in front of the next that is still there', async () => {
    await using it = await openContents();
    const { client } = it;
    const episode = `spotify:episode:${sampleIds.episode}`;
    const { snapshotId } = await client.replacePlaylistItems(playlist, [a, b, episode]);
    await client.removePlaylistItems(playlist, [b]);
    await client.reorderPlaylistItems(playlist, { from: 2, before: 0, snapshotId });
    expect(await it.uris()).toEqual([episode, a]);
    await client.reorderPlaylistItems(playlist, { from: 0, before: 1, snapshotId });
    expect(await it.uris()).toEqual([a, episode]);
  });

  test('an unknown snapshot id is refused', async () => {
    await using it = await openContents();
    const work = it.client.removePlaylistItems(playlist, [a], 'never was');
    expect(await it.bench.failure(work)).toMatchObject({ code: 'invalid_argument', status: 400 });
  });
});

test('adding is sent once when the answer is lost, replacing is repeated', async () => {
  await using it = await openContents();
  const { bench, client } = it;
  bench.fake.inject({ method: 'POST', fault: { kind: 'cut', when: 'after' }, path: /items$/ });
  expect(await bench.failure(client.addPlaylistItems(playlist, [a]))).toMatchObject({ effect: 'unknown' });
  bench.fake.inject({ method: 'PUT', fault: { kind: 'cut', when: 'after' }, path: /items$/ });
  await bench.clock.until(client.replacePlaylistItems(playlist, [a, b]));
  const changes = bench.sent().filter((line) => !line.startsWith('GET'));
  expect(changes.map((line) => line.split(' ')[0])).toEqual(['POST', 'PUT', 'PUT']);
  expect(await it.uris()).toEqual([a, b]);
});

test('duplicates stay, in order, over pages of any size', async () => {
  await using it = await openContents();
  const { client } = it;
  const whole = await it.uris();
  const paged = await client.listPlaylistItems(playlist, undefined, { pageSize: 5 }).toArray();
  expect(whole).toHaveLength(12);
  expect(whole[0]).toBe(whole[11]);
  expect(paged.map(({ item }) => item?.uri)).toEqual(whole);
});

test('local files and places whose item is gone keep their position', async () => {
  await using it = await openContents();
  const { bench, client } = it;
  const local = 'spotify:local:Some%20Band:Demo:First%20Take:125';
  const uris = [a, local, 'spotify:track:gone', `spotify:episode:${sampleIds.episode}`];
  const id = bench.fake.addPlaylist({ id: 'mixedBag', name: 'Mixed', owner: 'tenant_a', uris });
  const items = await client.listPlaylistItems(id).toArray();
  expect(items.map(({ item, isLocal }) => [item?.type, isLocal])).toEqual([
    ['track', false],
    ['local', true],
    [undefined, false],
    ['episode', false],
  ]);
  expect(items[1]?.item).toMatchObject({
    name: 'First Take',
    durationMs: 125_000,
    artists: [{ name: 'Some Band' }],
  });
});

describe('whose playlist it is', () => {
  test('a private playlist of another tenant is as if it were not there', async () => {
    await using it = await openContents();
    const { bench } = it;
    const other = bench.client({ tenant: 'tenant_b' });
    for (const work of [
      other.getPlaylist(secretPlaylist),
      other.listPlaylistItems(secretPlaylist).toArray(),
    ]) {
      expect(await bench.failure(work)).toMatchObject({ code: 'not_found' });
    }
    const mine = await it.client.listPlaylistItems(secretPlaylist).toArray();
    expect(mine).toHaveLength(9);
  });

  test('of a public one of another tenant the details are seen, not the items, and it cannot be changed', async () => {
    await using it = await openContents();
    const { bench } = it;
    const other = bench.client({ tenant: 'tenant_b' });
    expect(await other.getPlaylist(playlist)).toMatchObject({
      name: 'Road Songs',
      items: undefined,
    });
    expect(await bench.failure(other.listPlaylistItems(playlist).toArray())).toMatchObject({
      code: 'permission_denied',
    });
    expect(await bench.failure(other.addPlaylistItems(playlist, [a]))).toMatchObject({
      code: 'permission_denied',
    });
  });

  test('a collaborative one is read and changed by its collaborators', async () => {
    await using it = await openContents();
    const { fake } = it.bench;
    const from = { id: 'ours', name: 'Ours', owner: 'tenant_a', public: false, collaborative: true };
    const id = fake.addPlaylist({ ...from, uris: [a] });
    const other = it.bench.client({ tenant: 'tenant_b' });
    expect(await it.bench.failure(other.getPlaylist(id))).toMatchObject({ code: 'not_found' });
    fake.account('tenant_b').library.set(`spotify:playlist:${id}`, 0);
    await other.addPlaylistItems(id, [b]);
    const items = await it.client.listPlaylistItems(id).toArray();
    expect(items.map(({ addedBy }) => addedBy)).toEqual(['tenant_a', 'tenant_b'].map(userIdOf));
  });

  test('an app alone has no playlists of its own', async () => {
    await using it = await openContents();
    const app = it.bench.client({ flow: 'client-credentials' });
    expect(await it.bench.failure(app.listMyPlaylists().toArray())).toMatchObject({
      code: 'unauthenticated',
      reason: 'user_required',
    });
    const asked = it.bench.fake.exchanges.filter(({ target }) => target === '/api/token');
    expect(asked, 'another token would not help').toHaveLength(1);
  });
});

test('a missing scope is named as such', async () => {
  await using it = await openContents();
  it.bench.fake.account('tenant_c').scopes = ['playlist-read-private'];
  const client = it.bench.client({ tenant: 'tenant_c' });
  expect(await it.bench.failure(client.createPlaylist({ name: 'Mine' }))).toMatchObject({
    code: 'permission_denied',
    reason: 'insufficient_scope',
    remedy: expect.stringContaining('scopes of this operation'),
  });
});

test('a cover that is too large or none at all is refused before it is sent', async () => {
  await using it = await openContents();
  for (const size of [0, 200_000]) {
    const work = it.client.uploadPlaylistCover(playlist, new Uint8Array(size));
    expect(await it.bench.failure(work)).toMatchObject({ code: 'invalid_argument', effect: 'none' });
  }
  expect(it.bench.fake.exchanges).toHaveLength(0);
});
