/**
 * Reads the time that somebody wants to jump to: a time of day ("14:03", "14:03:20.5"), a time since the session's
 * start ("+90", "+1:30") or before the newest line ("-5m", "-30s"). Milliseconds since 1970; null where it is none.
 */
export function when(said: string, start: number | null, newest: number): number | null {
  const text = said.trim();
  const clock = /^(?:(\d+):)?(?:(\d{1,2}):)?(\d+(?:\.\d+)?)$/.exec(text.replace(/^\+/, ''));
  if (text.startsWith('+')) return clock && start !== null ? start + 1000 * clockSeconds(clock) : null;
  const ago = /^-\s*(\d+(?:\.\d+)?)\s*(s|m|min|h)?$/.exec(text);
  if (ago) return newest - 1000 * Number(ago[1]) * ({ h: 3600, m: 60, min: 60 }[ago[2] ?? ''] ?? 1);
  const day = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(text);
  if (!day || Number(day[1]) > 23 || Number(day[2]) > 59 || Number(day[3] ?? 0) >= 60) return null;
  const at = new Date(newest);
  at.setHours(Number(day[1]), Number(day[2]), 0, 0);
  const ms = at.getTime() + 1000 * Number(day[3] ?? 0);
  // A time of day that is still to come was yesterday's.
  return ms > newest + 60_000 ? ms - 86_400_000 : ms;
}

function clockSeconds(parts: RegExpExecArray): number {
  const [, hours, minutes, rest] = parts;
  // "1:30" has its one colon in the first group: those are minutes.
  if (minutes === undefined) return 60 * Number(hours ?? 0) + Number(rest);
  return 3600 * Number(hours ?? 0) + 60 * Number(minutes) + Number(rest);
}
