import type { Line, LogPage, Query } from './types';

const line = (seq: number): Line => ({ seq, at: seq, level: 'info', source: seq % 2 ? 'boot' : 'unreal', text: `line ${seq}`, instanceId: 'i-1', gap: 0, style: '', marks: [] });

/** A log that answers as Go does, for tests. */
export class Log {
  lines: Line[] = [];
  last = 0;
  asked: Query[] = [];
  /** How many lines all answers held. */
  given = 0;

  grow(to: number): void {
    while (this.last < to) this.lines.push(line(++this.last));
  }

  clear(): void {
    this.lines = [];
  }

  readonly answer = async (q: Query): Promise<LogPage> => {
    this.asked.push(q);
    await Promise.resolve();
    const wanted = this.lines.filter((l) => !q.source || l.source === q.source);
    const match = (l: Line): boolean => l.text.includes(q.text);
    const matches = wanted.filter(match);
    const found = (q.context ? wanted : matches).filter((l) => l.seq > q.after && (!q.before || l.seq < q.before));
    const limit = q.limit || 1000;
    const forward = !q.newest && (q.after > 0 || q.oldest);
    const lines = (forward ? found.slice(0, limit) : found.slice(-limit)).map((l) => (q.text && match(l) ? { ...l, marks: [0, 1] } : l));
    this.given += lines.length;
    const head = lines[0]?.seq ?? 0;
    return {
      lines, first: this.lines[0]?.seq ?? 0, last: this.last, dropped: 0, older: 0, problem: '', sources: ['boot', 'unreal'],
      matches: matches.length, before: matches.filter((l) => l.seq < head).length, searching: false,
    };
  };
}
