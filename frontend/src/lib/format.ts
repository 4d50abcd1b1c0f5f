import type { Line } from './types';
import { region, words } from './words';

// Each is made when it is first needed: making one reads the tables of the language, and the sign-in needs none.
const CLOCK = once(() => new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }));
const DAY = once(() => new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short' }));
const TIME = once(() => new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }));
const MOMENT = once(() => new Intl.DateTimeFormat(region, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }));

/** A number with so many digits after the point, or the comma. */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString(region, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A length of time for reading at a glance: "0.4 s", "12 s", "2 min 05 s". Milliseconds in. */
export function span(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 9.95) return words.units.seconds(decimal(s, 1));
  const whole = Math.round(s);
  if (whole < 60) return words.units.seconds(String(whole));
  return words.units.minutes(String(Math.floor(whole / 60)), two(whole % 60));
}

/** A length of time as people say it who guess it: "5 s", "2 min". Milliseconds in; a begun second or minute counts whole. */
export function roughly(ms: number): string {
  const s = Math.max(1, Math.ceil(ms / 1000));
  return s < 60 ? words.units.seconds(String(s)) : words.units.wholeMinutes(Math.ceil(s / 60));
}

/** Below this, what is left is counted by the second, in milliseconds. */
const CLOSE = 10 * 60_000;

/**
 * What is left: "1 h 05 min", "52 min", and by the second when it is little: "4:05". Never below zero; a begun minute or second
 * counts whole. It changes once a minute for most of a session, so that a window that is open paints nothing meanwhile.
 */
export function countdown(ms: number): string {
  if (ms >= CLOSE) return duration(Math.ceil(ms / 60_000) * 60_000);
  const s = Math.max(0, Math.ceil(ms / 1000));
  return s === CLOSE / 1000 ? duration(CLOSE) : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** The time of day of a log line, to the millisecond, in the user's zone. */
export function lineTime(ms: number | null): string {
  if (ms === null) return '--:--:--.---';
  return `${TIME().format(ms)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
}

/** How long after a moment a log line was written, to the millisecond: "+0:12.345", "+1:02:03.004"; "-" before it. */
export function sinceTime(ms: number | null, start: number): string {
  if (ms === null) return '--:--.---';
  const away = Math.abs(Math.floor(ms) - Math.floor(start));
  const s = Math.floor(away / 1000);
  const clock = s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}` : String(Math.floor(s / 60));
  return `${ms < start ? '-' : '+'}${clock}:${two(s % 60)}.${String(away % 1000).padStart(3, '0')}`;
}

/** A cell of a line in columns: a text and the spaces that bring it to a width, one at least. */
export function column(text: string, width: number): string {
  return `${text.padEnd(width)} `;
}

/** A text that is cut where it is longer than so many characters. */
export function brief(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A date and time of day in the user's language and zone, by the 24 hours that all other times of the window have. */
export function moment(ms: number | null): string {
  return ms === null ? '' : MOMENT().format(ms);
}

/** A time of day to the minute: "14:05". */
export function clock(ms: number | null): string {
  return ms === null ? '' : CLOCK().format(ms);
}

/** A time of day to the second: "14:05:09". */
export function secondsOf(ms: number): string {
  return TIME().format(ms);
}

/** A day of this year: "14 Mar". */
export function day(ms: number): string {
  return DAY().format(ms);
}

/** Labels of an axis: each a day, or the time of day if it is of the same day as the one before it; empty for no time. */
export function dayLabels(times: readonly (number | undefined)[]): string[] {
  let last = '';
  return times.map((ms) => {
    if (ms === undefined) return '';
    const same = day(ms) === last;
    last = day(ms);
    return same ? clock(ms) : last;
  });
}

/** A length of time that was used: "8 min", "2 h 05 min". */
export function duration(ms: number): string {
  const minutes = Math.round(Math.max(0, ms) / 60_000);
  if (minutes < 60) return words.units.wholeMinutes(minutes);
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? words.units.wholeHours(hours) : words.units.hours(hours, two(minutes % 60));
}

/** An amount of money, and for less than a cent a third digit. */
export function money(amount: number, currency: string): string {
  return new Intl.NumberFormat(region, moneyForm(amount, currency)).format(amount);
}

/** How an amount of money is written, whatever the language. */
export function moneyForm(amount: number, currency: string): Intl.NumberFormatOptions {
  const digits = amount !== 0 && Math.abs(amount) < 0.01 ? 3 : Math.abs(amount) >= 1000 ? 0 : 2;
  return { style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** A secret in groups of four, for typing into an authenticator. */
export function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? '';
}

/** Log lines as plain text, one a line, for the clipboard. */
export function asText(lines: readonly Line[]): string {
  return lines.map((l) => [l.at === null ? '' : new Date(l.at).toISOString(), l.level, l.source, l.text.replaceAll('\n', '␊')].join('\t')).join('\n');
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** What is made at the first call, and kept. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
