import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { toInstant } from '../../src/platform/clock.ts';
import { createHighWater } from '../../src/store/high-water.ts';
import { createKeys, globalKeys } from '../../src/store/keys.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { testRedis } from '../support/redis.ts';
import { everythingIn } from './everything-in-redis.ts';

const { client } = await testRedis();
const folder = await temporaryFolder();
const shards = [createKeys(0), createKeys(1)];
const marks = [globalKeys, ...shards].map((keys) => keys.highWater);
let homes = 0;
let path: string;
beforeEach(async () => {
  await client.flushdb();
  for (const keys of [globalKeys, ...shards]) await client.set(keys.generation, 'ours');
  path = join(folder, `home-${(homes += 1)}`);
});

/** A process of this home. */
const start = async (acceptRestored = false) => {
  const highWater = createHighWater(
    { redis: client },
    { shards, generation: 'ours', path, failoverMaxMs: 60_000, raiseEveryMs: 10 },
  );
  const { gap } = await highWater.claim({ acceptRestored });
  return { ...highWater, restored: gap };
};
const inFile = async () => Number(await readFile(path, 'utf8').catch(() => '0'));
const setMarks = (mark: number) => client.mset(...marks.flatMap((key) => [key, mark]));
/** Runs a process until it has written down a mark that is newer than `than`. */
const watch = async (onRewound = vi.fn(), onSetBack = vi.fn()) => {
  const than = await inFile();
  const running = (await start()).watch({ onRewound, onSetBack });
  onTestFinished(() => running.stop());
  await vi.waitFor(async () => expect(await inFile()).toBeGreaterThan(than));
  return { ...running, onRewound, onSetBack };
};

describe('a Redis', () => {
  it('that goes on from where it was is known, start by start', async () => {
    const first = await watch();
    await first.stop();
    expect(await inFile()).toBeGreaterThan(Date.now() - 60_000);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await start()).restored).toBeNull();
  });

  it('that lost its last moments when the power failed is not taken for an older one', async () => {
    const running = await watch();
    await running.stop();
    // All marks as they were one beat ago: the newest was not on disk yet.
    await vi.waitFor(async () =>
      expect(Number(await client.get(globalKeys.highWater))).toBeGreaterThan(await inFile()),
    );
    await setMarks(await inFile());
    expect((await start()).restored).toBeNull();
  });

  it('that was restored, and be it a part of it, stays shut and unwritten until somebody accepts it', async () => {
    await setMarks(Date.parse('2026-01-15T10:00:00Z'));
    await client.set(marks[1] ?? '', Date.parse('2026-01-15T04:00:00Z'));
    await writeFile(path, `${Date.parse('2026-01-15T10:00:00Z')}\n`);
    const before = await everythingIn(client);
    const gap = { from: '2026-01-15T04:00:00.000Z', to: '2026-01-15T10:00:00.000Z' };
    await expect(start()).rejects.toMatchObject({
      kind: 'misconfigured',
      code: 'redis.rewound',
      message: expect.stringMatching(new RegExp(`nothing after ${gap.from}.* seen it at ${gap.to}.*--accept-restored`)),
    });
    expect(await everythingIn(client)).toEqual(before);

    const accepted = await start(true);
    expect(accepted.restored).toEqual(gap);
    expect(await accepted.look()).toMatchObject({ gap: null });
    expect((await start()).restored).toBeNull();
  });

  it('that is older than the mark itself is an older one, too', async () => {
    await writeFile(path, `${Date.parse('2026-01-15T10:00:00Z')}\n`);
    await expect(start()).rejects.toMatchObject({ detail: { from: null, to: '2026-01-15T10:00:00.000Z' } });
  });

  it('that is restored below a running process is told to it, once, and not marked as if all were well', async () => {
    const { onRewound } = await watch();
    await setMarks(5);
    await vi.waitFor(() => expect(onRewound).toHaveBeenCalled());
    const beats = await watch().catch((error: unknown) => error);
    expect(beats).toMatchObject({ code: 'redis.rewound' });
    expect(onRewound.mock.calls).toEqual([[expect.objectContaining({ code: 'redis.rewound' })]]);
    expect(await client.mget(...marks)).toEqual(['5', '5', '5']);
  });

  it('that was set back by a failover is told of, and goes on', async () => {
    const { onRewound, onSetBack } = await watch();
    const seen = await inFile();
    await setMarks(seen - 40_000);
    await vi.waitFor(() => expect(onSetBack).toHaveBeenCalled());
    expect(onSetBack.mock.calls[0]?.[0]).toMatchObject({ from: toInstant(seen - 40_000) });
    await vi.waitFor(async () => expect(Number(await client.get(globalKeys.highWater))).toBeGreaterThan(seen));
    expect(onRewound).not.toHaveBeenCalled();
    expect((await start()).restored).toBeNull();
  });

  it('that was set back by a failover while nobody ran is known, and opens', async () => {
    await writeFile(path, `${Date.parse('2026-01-15T10:01:00Z')}\n`);
    await setMarks(Date.parse('2026-01-15T10:00:00Z'));
    expect((await start()).restored).toEqual({ from: '2026-01-15T10:00:00.000Z', to: '2026-01-15T10:01:00.000Z' });
    expect((await start()).restored).toBeNull();
  });

  it('that came back empty, or is another one, is left to the guard that knows about that', async () => {
    await writeFile(path, String(Date.now()));
    await client.flushdb();
    expect((await start()).restored).toBeNull();
    expect(await client.dbsize()).toBe(0);
  });

  it('is believed by a home that has no mark, or none that can be read', async () => {
    await writeFile(path, 'no number');
    expect((await start()).restored).toBeNull();
  });
});
