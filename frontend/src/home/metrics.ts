import { decimal } from '../lib/format';
import type { Series } from '../lib/types';
import { words } from '../lib/words';

/** The metrics that an instance may send, in the order in which they are shown. */
const METRICS = ['fps', 'gpu', 'cpu', 'mem', 'netOut', 'players'] as const satisfies readonly (keyof Series)[];
export type Metric = (typeof METRICS)[number];
export type Values = Series[Metric];

/** What the charts show of one metric. */
export interface Track {
  metric: Metric;
  /** Seconds since 1970. */
  at: readonly number[];
  values: Values;
  /** The newest value, null where none came lately: a metric that stays away is absent, not zero. */
  now: number | null;
}

/** How long a value counts as the present one, in seconds. */
const LATELY = 15;

/** The metrics that came, in the order of METRICS. */
export function tracks(s: Series): readonly Track[] {
  const at = s.at.map((ms) => ms / 1000);
  const end = at.at(-1) ?? 0;
  return METRICS.flatMap((metric) => {
    const values = s[metric];
    if (values.length === 0) return [];
    let now: number | null = null;
    for (let n = values.length - 1; n >= 0 && now === null && (at[n] ?? 0) >= end - LATELY; n--) now = values[n] ?? null;
    return [{ metric, at, values, now }];
  });
}

/** The top of a metric's axis: percents have theirs, others that of what was seen. */
export function ceiling(metric: Metric, values: Values): number {
  if (metric === 'cpu' || metric === 'gpu' || metric === 'mem') return 100;
  const most = values.reduce<number>((m, v) => Math.max(m, v ?? 0), 0);
  if (metric === 'players') return Math.max(4, most + 1);
  return most > 0 ? most * 1.1 : 1;
}

/** A value as people read it. */
export function reading(metric: Metric, value: number | null): string {
  if (value === null) return words.metrics.absent;
  switch (metric) {
    case 'cpu':
    case 'gpu':
    case 'mem':
      return words.metrics.percent(Math.round(value));
    case 'netOut':
      return bytesPerSecond(value);
    case 'fps':
      return words.metrics.perSecond(Math.round(value));
    case 'players':
      return String(Math.round(value));
  }
}

function bytesPerSecond(value: number): string {
  const units = [words.metrics.bytes, words.metrics.kilobytes, words.metrics.megabytes, words.metrics.gigabytes];
  let n = 0;
  while (value >= 1000 && n < units.length - 1) {
    value /= 1000;
    n++;
  }
  const digits = value >= 100 || n === 0 ? 0 : 1;
  return units[n]?.(decimal(value, digits)) ?? '';
}
