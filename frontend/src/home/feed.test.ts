import { expect, test } from 'vitest';
import { Feed } from './feed.svelte';
import { Log } from '../lib/log.fixture';

const seqs = (feed: Feed): number[] => feed.lines.map((l) => l.seq);

test('begins with the newest and then takes what is new, each line once', async () => {
  const log = new Log();
  const feed = new Feed(log.answer, 3);
  await feed.refresh();
  expect(seqs(feed)).toEqual([]);
  log.grow(5);
  await feed.refresh();
  expect(seqs(feed)).toEqual([3, 4, 5]);
  log.grow(6);
  await Promise.all([feed.refresh(), feed.refresh(), feed.refresh()]);
  expect(seqs(feed)).toEqual([4, 5, 6]);
  expect(log.asked.length).toBe(4);
});

test('asks for no more than it shows, however much has come', async () => {
  const log = new Log();
  const feed = new Feed(log.answer, 200);
  log.grow(10);
  await feed.refresh();
  log.grow(50_000);
  await feed.refresh();
  expect(seqs(feed)).toEqual(log.lines.slice(-200).map((l) => l.seq));
  expect(log.given).toBe(210);
});

test('a log that was cleared, or began anew, is read anew', async () => {
  const log = new Log();
  log.grow(9);
  const feed = new Feed(log.answer, 10);
  await feed.refresh();
  log.clear();
  await feed.refresh();
  expect(seqs(feed)).toEqual([]);
  log.grow(11);
  await feed.refresh();
  expect(seqs(feed)).toEqual([10, 11]);
  log.lines = [];
  log.last = 0;
  log.grow(2);
  await feed.refresh();
  expect(seqs(feed)).toEqual([1, 2]);
});
