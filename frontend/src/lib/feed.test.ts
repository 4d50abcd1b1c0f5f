import { expect, test } from 'vitest';
import { Feed } from './feed.svelte';
import type { Line, LogPage, Query } from './model';

const line = (seq: number): Line => ({ seq, at: seq, level: 'info', source: seq % 2 ? 'boot' : 'unreal', text: `line ${seq}`, instanceId: 'i-1', gap: 0 });

/** A log that answers like logs.Book: the newest lines, or with after the oldest. */
class Book {
  lines: Line[] = [];
  asked: Query[] = [];

  grow(to: number): void {
    for (let seq = this.lines.length + 1; seq <= to; seq++) this.lines.push(line(seq));
  }

  readonly answer = async (q: Query): Promise<LogPage> => {
    this.asked.push(q);
    const found = this.lines.filter((l) => l.seq > q.after && (!q.source || l.source === q.source));
    const lines = q.after ? found.slice(0, q.limit) : found.slice(-q.limit);
    return { lines, first: this.lines[0]?.seq ?? 0, last: this.lines.at(-1)?.seq ?? 0, dropped: 0, problem: '' };
  };
}

const seqs = (feed: Feed): number[] => feed.lines.map((l) => l.seq);

test('begins with the newest and then takes what is new, each line once', async () => {
  const book = new Book();
  const feed = new Feed(book.answer, 3);
  await feed.refresh();
  expect([feed.loaded, seqs(feed)]).toEqual([true, []]);
  book.grow(5);
  await feed.refresh();
  expect(seqs(feed)).toEqual([3, 4, 5]);
  book.grow(6);
  await Promise.all([feed.refresh(), feed.refresh(), feed.refresh()]);
  expect(seqs(feed)).toEqual([4, 5, 6]);
  expect(book.asked.length).toBe(4);
});

test('reads on while answers are full', async () => {
  const book = new Book();
  const feed = new Feed(book.answer, 50_000);
  book.grow(1);
  await feed.refresh();
  book.grow(12_001);
  await feed.refresh();
  expect(seqs(feed)).toEqual(book.lines.map((l) => l.seq));
});

test('another filter starts over, and a late answer to the old one is dropped', async () => {
  const book = new Book();
  book.grow(6);
  const feed = new Feed(book.answer, 10);
  const first = feed.refresh();
  const second = feed.pick({ level: '', source: 'boot', text: '', regex: false });
  await Promise.all([first, second]);
  expect(seqs(feed)).toEqual([1, 3, 5]);
  expect(feed.query().source).toBe('boot');
});

test('a log that began anew is read anew', async () => {
  const book = new Book();
  book.grow(9);
  const feed = new Feed(book.answer, 10);
  await feed.refresh();
  book.lines = [];
  book.grow(2);
  await feed.refresh();
  expect(seqs(feed)).toEqual([1, 2]);
});

test('a text is looked for as it is, or as an expression', async () => {
  const feed = new Feed(new Book().answer, 10);
  await feed.pick({ level: '', source: '', text: 'a.b', regex: false });
  expect(feed.query()).toMatchObject({ text: 'a.b', pattern: '' });
  await feed.pick({ level: '', source: '', text: 'a.b', regex: true });
  expect(feed.query()).toMatchObject({ text: '', pattern: 'a.b' });
});
