/** A piece of a line, and the classes that it is shown with. */
export interface Segment {
  text: string;
  classes: string;
}

/**
 * Cuts a line where its colours or its matches begin and end. Style is logs.Line's ("0-5 red bold;…"), marks are pairs
 * of beginning and end; both count UTF-16 units, as strings here do.
 */
export function segments(text: string, style = '', marks: readonly number[] = []): readonly Segment[] {
  if (!style && marks.length === 0) return [{ text, classes: '' }];
  const runs = style ? style.split(';').map(run) : [];
  const cuts = new Set([0, text.length]);
  for (const r of runs) cuts.add(r.from).add(r.to);
  for (const m of marks) cuts.add(m);
  const places = [...cuts].filter((n) => n <= text.length).sort((a, b) => a - b);
  return places.slice(0, -1).map((from, n) => {
    const classes = runs.filter((r) => r.from <= from && from < r.to).map((r) => r.classes);
    for (let i = 0; i < marks.length; i += 2) {
      if ((marks[i] ?? 0) <= from && from < (marks[i + 1] ?? 0)) classes.push('match');
    }
    return { text: text.slice(from, places[n + 1]), classes: classes.join(' ') };
  });
}

function run(said: string): { from: number; to: number; classes: string } {
  const [range = '', ...names] = said.split(' ');
  const [from, to] = range.split('-').map(Number);
  return { from: from ?? 0, to: to ?? 0, classes: names.map((n) => `sgr-${n}`).join(' ') };
}
