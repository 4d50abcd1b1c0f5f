// Opens scenes in Debian's Chromium, in its shell without a window, which opens a page in half the time, and fails where the page broke its Content-Security-Policy or threw.
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { install } from './bindings.mjs';
import { NOW } from './scenes.mjs';
import { serve } from './serve.mjs';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** Starts a server and a browser; `open` gives a page that shows a scene, `close` ends both. */
export async function start() {
  const server = await serve();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell', headless: true, args: FLAGS });
  const complaints = [];

  /** @param options Playwright's context options: colorScheme, viewport, locale, reducedMotion, forcedColors */
  async function open(scene, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.on('console', (m) => m.type() === 'error' && complaints.push(`${scene.name}: ${m.text()}`));
    page.on('pageerror', (e) => complaints.push(`${scene.name}: ${e.message}`));
    await page.clock.setFixedTime(NOW);
    await page.addInitScript(install, scene);
    await page.goto(server.url);
    // What stands there until the script of the pages is read is not the page, unless the scene is of that.
    await page.locator(scene.snapshot ? 'main > :not(.opening)' : 'main > *').first().waitFor();
    if (scene.route) await page.locator('nav button').filter({ hasText: new RegExp(await mark(scene.route, options.locale)) }).click();
    for (const name of scene.press ?? []) await page.getByRole('button', { name: new RegExp(await mark(name, options.locale)) }).first().click();
    if (scene.quit) await page.evaluate((q) => window.send('quit', q), scene.quit);
    await page.evaluate(() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))));
    return page;
  }

  async function close() {
    await browser.close();
    server.close();
  }
  return { open, close, complaints };
}

const MESSAGES = new URL('../../backend/messages/', import.meta.url);
const en = JSON.parse(await readFile(new URL('en.json', MESSAGES)));

/** The catalogue of a language. */
export const catalogue = async (language) => JSON.parse(await readFile(new URL(`${language}.json`, MESSAGES)));

/** Where a text is in a catalogue, as its keys; null if it is not. */
function place(text, value) {
  for (const [key, inner] of Object.entries(value)) {
    if (inner === text) return [key];
    const below = typeof inner === 'object' ? place(text, inner) : null;
    if (below) return [key, ...below];
  }
  return null;
}

/** An English text of the catalogue as a pattern of what the language in use says; the pseudo-locale accents its vowels. */
async function mark(text, locale = 'en') {
  if (locale === 'en-XA') return text.replace(/[aeiouycnAEIOUCN]/g, '.');
  const keys = place(text, en.nav) ? ['nav', ...place(text, en.nav)] : place(text, en);
  return `^${locale.startsWith('en') ? text : keys.reduce((value, key) => value[key], await catalogue(locale))}$`;
}
