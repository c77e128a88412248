import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutput } from './checkpoint.ts';

describe('an output with a checkpoint', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (fingerprint = 'one') => openOutput(folder, 'acme', fingerprint);
  const content = () => readFile(join(folder, 'acme.ndjson'), 'utf8');
  const writeTwoPages = async () => {
    await using output = await open();
    await output.commit(['a', 'ü'], { playlistsDone: 0, playlist: 'p', cursor: '2', done: false });
    await output.commit(['c'], { playlistsDone: 1, done: false });
  };

  it('goes on where the last page ended', async () => {
    await writeTwoPages();
    await using output = await open();
    expect(output.resumed).toBe(true);
    expect(output.checkpoint).toEqual({
      fingerprint: 'one',
      bytes: 7,
      rows: 3,
      playlistsDone: 1,
      done: false,
    });
    await output.commit(['d'], { playlistsDone: 2, done: true });
    expect(await content()).toBe('a\nü\nc\nd\n');
  });

  it('cuts off what was written but not counted, as a kill between the two leaves it', async () => {
    await writeTwoPages();
    await appendFile(join(folder, 'acme.ndjson'), 'half a li');
    await using output = await open();
    expect(await content()).toBe('a\nü\nc\n');
    expect(output.checkpoint.rows).toBe(3);
  });

  it('begins anew when the file is shorter than was counted', async () => {
    await writeTwoPages();
    await writeFile(join(folder, 'acme.ndjson'), 'a\n');
    await using output = await open();
    expect(output.resumed).toBe(false);
    expect(await content()).toBe('');
  });

  it.each(['', '{"fingerprint":"one"', '{"fingerprint":"one","bytes":-1}', '[]'])(
    'begins anew when the checkpoint reads %j',
    async (text) => {
      await writeTwoPages();
      await writeFile(join(folder, 'acme.checkpoint.json'), text);
      await using output = await open();
      expect([output.resumed, output.checkpoint.rows, await content()]).toEqual([false, 0, '']);
    },
  );

  it('begins anew for another input', async () => {
    await writeTwoPages();
    await using output = await open('other');
    expect([output.resumed, await content()]).toEqual([false, '']);
  });

  it('takes no notice of a draft that was not finished', async () => {
    await writeTwoPages();
    await writeFile(join(folder, 'acme.checkpoint.json.new'), '{"half":');
    await using output = await open();
    expect(output.checkpoint.rows).toBe(3);
  });

  it('leaves no draft behind', async () => {
    await writeTwoPages();
    expect((await readdir(folder)).sort()).toEqual(['acme.checkpoint.json', 'acme.ndjson']);
  });

  it('can be begun anew on purpose', async () => {
    await writeTwoPages();
    await using output = await open();
    await output.restart();
    expect([output.checkpoint.bytes, await content()]).toEqual([0, '']);
    await output.commit(['x'], { playlistsDone: 1, done: true });
    expect(await content()).toBe('x\n');
  });
});
