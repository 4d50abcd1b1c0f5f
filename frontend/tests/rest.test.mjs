// Nothing at rest: while nothing changes nothing is painted, whatever the page shows; a clock paints once a second.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { start } from './browser.mjs';
import { NOW, sceneOf, scenes } from './scenes.mjs';

const WATCHED = ['sign-in', 'sign-in-waiting', 'challenge-browser', 'idle', 'claiming', 'queue', 'booting-cold', 'ready', 'ready-in-use', 'ready-details', 'ready-warning', 'ending', 'failed', 'offline',
  'log', 'history', 'fleet', 'settings', 'about'];
const SECONDS = 1.5;
const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'devtools.timeline.frame', 'disabled-by-default-devtools.timeline.frame'];

let browser;
before(async () => { browser = await start(); });
after(async () => {
  await browser.close();
  assert.deepEqual(browser.complaints, []);
});

/** Ends what is finite, and names what is endless. */
const settle = (page) => page.evaluate(() => {
  const all = document.getAnimations();
  const endless = all.filter((a) => a.effect.getComputedTiming().endTime === Infinity);
  for (const a of all) if (!endless.includes(a)) a.finish();
  return endless.map((a) => `${a.animationName} of ${a.effect.target.className.baseVal ?? a.effect.target.className}`);
});

/** How often the page was painted, and frames were drawn, in some seconds. */
async function painted(page, seconds) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const of = page.context().browser();
  await of.startTracing(page, { categories: CATEGORIES });
  await page.waitForTimeout(seconds * 1000);
  const { traceEvents } = JSON.parse((await of.stopTracing()).toString());
  const count = (name) => traceEvents.filter((e) => e.name === name).length;
  assert.ok(count('RunTask') > 0 || traceEvents.length > 20, 'the trace is empty');
  return { painted: count('Paint'), drawn: count('DrawFrame') };
}

for (const { name } of scenes.filter((s) => WATCHED.includes(s.name))) {
  test(`nothing is painted at rest: ${name}`, { timeout: 180_000 }, async () => {
    const page = await browser.open(sceneOf(name), { reducedMotion: 'no-preference' });
    try {
      await page.evaluate(() => document.activeElement?.blur()); // a caret blinks
      assert.deepEqual(await settle(page), []);
      let last = await painted(page, SECONDS);
      // What has just changed is painted once more; on a busy machine an animation begins after the first look for them.
      for (let n = 0; n < 3 && last.painted + last.drawn > 0; n++) {
        assert.deepEqual(await settle(page), []);
        last = await painted(page, SECONDS);
      }
      assert.deepEqual(last, { painted: 0, drawn: 0 });
    } finally {
      await page.context().close();
    }
  });
}

test('minutes that are left paint nothing for a minute', { timeout: 180_000 }, async () => {
  const page = await browser.open(sceneOf('ready'), { reducedMotion: 'no-preference' });
  try {
    await settle(page);
    await page.clock.setSystemTime(NOW + 15_000); // the rest of this minute is longer than the test
    await page.waitForFunction((from) => Date.now() > from + 16_500, NOW);
    const { drawn } = await painted(page, 2.5);
    assert.ok(drawn <= 1, `${drawn} frames in 2.5 s`);
  } finally {
    await page.context().close();
  }
});

test('an avatar that runs paints nothing on Home while what is told of it is the same: states, log lines, metrics', { timeout: 180_000 }, async () => {
  const page = await browser.open(sceneOf('ready'), { reducedMotion: 'no-preference' });
  try {
    await settle(page);
    await page.evaluate((snapshot) => {
      let revision = 100;
      setInterval(() => {
        window.send('snapshot', { ...structuredClone(snapshot), revision: revision++ });
        window.send('log', { last: revision, error: 0 });
        window.send('metrics');
      }, 100);
    }, sceneOf('ready').snapshot);
    await page.waitForTimeout(1500);
    assert.deepEqual(await painted(page, SECONDS), { painted: 0, drawn: 0 });
    assert.deepEqual(await page.evaluate(() => window.asked.filter(([m]) => m === 'Log.Lines' || m === 'Log.Series')), [], 'what is not shown was asked for');
  } finally {
    await page.context().close();
  }
});

test('a countdown paints once a second', { timeout: 180_000 }, async () => {
  const page = await browser.open(sceneOf('ready-warning'), { reducedMotion: 'no-preference' });
  try {
    await page.clock.setSystemTime(NOW);
    const shown = await page.getByRole('timer').textContent();
    await page.waitForFunction((text) => document.querySelector('[role=timer]').textContent !== text, shown);
    await settle(page);
    const { drawn } = await painted(page, 3);
    assert.ok(drawn >= 1 && drawn <= 5, `${drawn} frames in 3 s`);
  } finally {
    await page.context().close();
  }
});
