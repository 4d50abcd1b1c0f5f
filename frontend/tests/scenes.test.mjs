// The scenes have the fields that Go sends, no others, and of the same kinds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLines, metrics, scenes, sent } from './scenes.mjs';

/** What differs between a value and what Go sends in its place. A number or an object may be null. */
function differences(path, value, like) {
  if (value === null) return typeof like === 'number' || (typeof like === 'object' && !Array.isArray(like)) ? [] : [`${path} is null`];
  if (Array.isArray(like)) return Array.isArray(value) ? value.flatMap((v, n) => differences(`${path}[${n}]`, v, like[0])) : [`${path} is no array`];
  if (typeof like !== 'object') return typeof value === typeof like ? [] : [`${path} is a ${typeof value}`];
  const names = new Set([...Object.keys(value), ...Object.keys(like)]);
  return [...names].flatMap((name) => {
    if (!(name in like)) return [`${path}.${name} is not Go’s`];
    return name in value ? differences(`${path}.${name}`, value[name], like[name]) : [`${path}.${name} is missing`];
  });
}

test('every scene is as Go would send it', () => {
  const wrong = new Set(scenes.flatMap((s) => [
    [s.snapshot, sent.snapshot], [s.about, sent.about], [s.checks, [sent.check]], [s.settings, sent.preferences], [s.security, sent.guarded],
    [s.enrolment, sent.enrolment], [s.passkeys, sent.passkeys], [s.offer, sent.offer], [s.offered, sent.offer], [s.past, sent.chronicle], [s.fleet?.overview, sent.overview], [s.invitations, [sent.invitation]],
  ].flatMap(([value, like]) => (typeof value === 'object' ? differences(s.name, value, like) : []))));
  assert.deepEqual([...wrong], []);
  assert.deepEqual(differences('lines', logLines(10), sent.logPage.lines), []);
  assert.deepEqual(differences('series', metrics, sent.series), []);
});
