import type { Line } from './model';
import { words } from './words';

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A length of time for reading at a glance: "0.4 s", "12 s", "2 min 05 s". Milliseconds in. */
export function span(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 9.95) return words.units.seconds(s.toFixed(1));
  const whole = Math.round(s);
  if (whole < 60) return words.units.seconds(String(whole));
  return words.units.minutes(String(Math.floor(whole / 60)), two(whole % 60));
}

/** What is left, as a countdown: "4:05", "1:00:00". Never below zero; a begun second counts whole. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** The time of day of a log line, to the millisecond, in the user's zone. */
export function lineTime(ms: number | null): string {
  if (ms === null) return '--:--:--.---';
  return `${TIME.format(ms)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
}

/** A date and time of day in the user's language and zone. */
export function moment(ms: number | null): string {
  return ms === null ? '' : MOMENT.format(ms);
}

/** A secret in groups of four, for typing into an authenticator. */
export function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? '';
}

/** Log lines as plain text, one a line, for the clipboard. */
export function asText(lines: readonly Line[]): string {
  return lines.map((l) => [l.at === null ? '' : new Date(l.at).toISOString(), l.level, l.source, l.text].join('\t')).join('\n');
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
