// Measures the log page in Chromium while the log is written at a steady rate: put to paint, frames while somebody
// scrolls, memory over time. Everything is the real thing but the window's host: the bound methods are answered over
// HTTP by bench-logs (build/benches/logs/serve.go), from a log that is read from the embedded cloud's stream.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { install } from '../../frontend/tests/bindings.mjs';
import { sceneOf } from '../../frontend/tests/scenes.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
const { chromium } = createRequire(`${ROOT}frontend/`)('playwright-core');
const MINUTES = Number(process.env.BENCH_MINUTES ?? 10);
const RUNS = 3;
const LATENCY_SECONDS = 10;
const SCROLL_SECONDS = 10;
/** The reader's interval of 200 ms and up to a fifth more, which it draws at random; see backend/logs/kinesis/pace.go. */
const INTERVAL = [200, 240];

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const quantile = (all, q) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * q))];
const row = (r) => console.log(JSON.stringify(r));

const host = spawn(process.argv[2], ['serve', `${ROOT}frontend/dist`], { stdio: ['pipe', 'pipe', 'inherit'] });
const url = await new Promise((done) => createInterface({ input: host.stdout }).once('line', done));
const facts = async () => ({ ...(await (await fetch(`${url}/facts`)).json()), ...(await (await fetch(`${url}/puts`)).json()) });
const produce = (rate, seconds) => fetch(`${url}/produce?rate=${rate}&seconds=${seconds}`);

/** Runs in the page, before its script: the log's methods go to the host. */
function bridge() {
  const call = (name) => async (...args) => (await fetch(`/call/${name}`, { method: 'POST', body: JSON.stringify(args) })).json();
  for (const name of ['Lines', 'View', 'Histogram', 'At', 'Series']) window.go.bridge.Log[name] = call(name);
  window.go.bridge.Log.LastError = async () => null;
  const source = new EventSource('/events');
  for (const name of ['log', 'found']) source.addEventListener(name, (e) => window.send(name, JSON.parse(e.data)));
  // What is painted: after each frame, the number of the newest line in the document, and the time.
  window.painted = [];
  let newest = 0;
  const look = () => {
    const texts = document.querySelectorAll('[role=log] .text');
    const n = Number(/ICE candidate (\d+)/.exec(texts[texts.length - 1]?.textContent ?? '')?.[1] ?? 0);
    if (n > newest) {
      newest = n;
      // A message that is posted in a frame is heard when it has been painted.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.painted.push([n, performance.timeOrigin + performance.now()]);
      channel.port2.postMessage(0);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
// As large as the launcher's window opens; see app/window/window.go. Here the processor draws every pixel.
const page = await browser.newPage({ viewport: { width: 1100, height: 760 } });
await page.addInitScript(install, { ...sceneOf('log'), lines: [] });
await page.addInitScript(bridge);
await page.goto(url);
await page.getByRole('button', { name: 'Log', exact: true }).click();
await page.locator('#log-text').waitFor();
const client = await page.context().newCDPSession(page);
await client.send('Performance.enable');

/** The page's memory once what is not needed has gone: its JavaScript heap in MB, and the elements of its document. */
async function memory() {
  await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  const of = (name) => metrics.find((m) => m.name === name).value;
  return { heap: of('JSHeapUsedSize') / 1e6, nodes: of('Nodes') };
}

async function latency() {
  const medians = [];
  const far = [];
  for (let n = 0; n < RUNS; n++) {
    await facts();
    await page.evaluate(() => { window.painted.length = 0; });
    await produce(1000, LATENCY_SECONDS);
    await sleep((LATENCY_SECONDS + 2) * 1000);
    const { puts } = await facts();
    const painted = await page.evaluate(() => window.painted);
    const late = [];
    let first = (puts[0]?.last ?? 0) + 1; // the first put finds a reader that rests
    for (const put of puts.slice(1)) {
      const seen = painted.find(([newest]) => newest >= put.last);
      if (!seen) throw new Error(`lines to ${put.last} were never painted`);
      for (; first <= put.last; first++) late.push(seen[1] - put.at);
    }
    medians.push(quantile(late, 0.5));
    far.push(quantile(late, 0.99));
  }
  const mean = (INTERVAL[0] + INTERVAL[1]) / 2;
  row({ row: 'log: put to paint at 1,000 lines/s, median', unit: 'ms', runs: medians, reference: 'half a polling interval, the floor', beside: [mean / 2] });
  row({ row: 'log: put to paint at 1,000 lines/s, 99th percentile', unit: 'ms', runs: far, reference: 'a whole polling interval, the floor', beside: [INTERVAL[1]] });
}

/**
 * What a trace says: the frames that Chromium drew and those that it dropped while it had something to draw, and the
 * drawn ones among which the page's own change came one later (the scroll itself is the compositor's); and how much
 * processor time the page's main thread had for each of its frames and for its longest task, which is nearly the same
 * on a busy machine.
 */
function account(trace) {
  const events = JSON.parse(trace.toString()).traceEvents;
  const [drawn, asked] = ['DrawFrame', 'BeginMainThreadFrame'].map((name) => events.filter((e) => e.name === name).length);
  const missed = events.filter((e) => e.name === 'DroppedFrame');
  const late = missed.filter((e) => e.args.hasPartialUpdate).length;
  if (drawn === 0 || asked === 0) throw new Error('the trace has no frames');
  const main = new Set(events.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid} ${e.tid}`));
  const tasks = events.filter((e) => e.name === 'RunTask' && e.ph === 'X' && main.has(`${e.pid} ${e.tid}`)).map((e) => (e.tdur ?? 0) / 1000);
  return { drawn, late, dropped: missed.length - late, work: tasks.reduce((sum, t) => sum + t, 0) / asked, longest: Math.max(...tasks) };
}

const record = () => browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame', 'disabled-by-default-devtools.timeline', 'devtools.timeline'] });

/** The page's tasks while the newest of many lines are followed. */
async function following(rate) {
  const runs = [];
  await page.getByRole('log').focus();
  await page.keyboard.press('End');
  for (let n = 0; n < RUNS; n++) {
    await produce(rate, SCROLL_SECONDS + 3);
    await sleep(2000);
    await record();
    await sleep(SCROLL_SECONDS * 1000);
    runs.push(account(await browser.stopTracing()).longest);
    await caughtUp();
  }
  row({ row: `log: longest task of the page while ${rate.toLocaleString('en')} lines/s arrive and are followed`, unit: 'ms', runs, target: 'at most 16.7, for 60 frames/s', met: quantile(runs, 0.5) <= 16.7, note: 'processor time' });
}

/** The log as it is scrolled without a pause, in each run the other way, and so many lines arrive. */
async function scroll(rate) {
  const [perSecond, dropped, late, work] = [[], [], [], []];
  const box = await page.getByRole('log').boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, speed: 3000, gestureSourceType: 'mouse' };
  for (let n = 0; n < RUNS; n++) {
    if (rate > 0) await produce(rate, SCROLL_SECONDS + 3);
    await sleep(1500);
    await record();
    const from = Date.now();
    // Chromium itself moves the wheel, once a frame. It is one gesture: between two of them nothing moves for some frames.
    await client.send('Input.synthesizeScrollGesture', { ...at, yDistance: (n % 2 ? -1 : 1) * at.speed * SCROLL_SECONDS });
    const seconds = (Date.now() - from) / 1000;
    const a = account(await browser.stopTracing());
    perSecond.push(a.drawn / seconds);
    dropped.push((100 * a.dropped) / (a.drawn + a.dropped));
    late.push((100 * a.late) / a.drawn);
    work.push(a.work);
    await sleep(2000);
  }
  return { perSecond, dropped, late, work };
}

async function scrolling(rate) {
  const still = await scroll(0);
  const live = await scroll(rate);
  await caughtUp();
  const reference = 'the same while nothing arrives, on the same machine';
  row({ row: `log: frames drawn while ${rate.toLocaleString('en')} lines/s arrive and somebody scrolls`, unit: 'frames/s', runs: live.perSecond, reference, beside: still.perSecond, target: '60', met: quantile(live.perSecond, 0.5) >= 58 });
  row({ row: "log: frames dropped meanwhile, by Chromium's trace", unit: '%', runs: live.dropped, reference, beside: still.dropped });
  row({ row: "log: frames meanwhile whose new lines came one later, by Chromium's trace", unit: '%', runs: live.late, reference, beside: still.late, note: 'lines are made 200 pixels before they come into view, which are four frames of this scroll' });
  row({ row: "log: processor time of the page's main thread meanwhile", unit: 'ms a frame', runs: live.work, reference, beside: still.work, target: 'at most 16.7, for 60 frames/s', met: quantile(live.work, 0.5) <= 16.7 });
}

/** Waits until the log has all that was put. */
async function caughtUp() {
  for (let n = 0; n < 600; n++) {
    const { put, last } = await facts();
    if (last >= put) return;
    await sleep(100);
  }
  throw new Error('lines have not come');
}

/** Lines a second from PutRecords to the page: how soon the last of many that were put at once has been painted. */
async function through() {
  const runs = [];
  await page.getByRole('log').focus();
  await page.keyboard.press('End');
  for (let n = 0; n < RUNS; n++) {
    const many = 200_000;
    const from = Date.now();
    await produce(0, many);
    const { put } = await facts();
    const at = await page.waitForFunction((put) => window.painted.find(([newest]) => newest >= put)?.[1], put, { timeout: 120_000, polling: 50 });
    runs.push((many * 1000) / ((await at.jsonValue()) - from));
  }
  row({ row: 'log: lines from PutRecords to the page', unit: 'lines/s', runs, target: 'at least 20,000', met: quantile(runs, 0.5) >= 20_000, note: 'until the last of 200,000 is painted; cloud, producer, reader and page on the same cores' });
}

async function steady() {
  await page.getByRole('log').focus();
  await page.keyboard.press('End');
  const rate = 2000;
  await produce(rate, MINUTES * 60);
  await sleep(Math.min(60, MINUTES * 20) * 1000);
  const before = await memory();
  const end = Date.now() + (MINUTES * 60 - Math.min(60, MINUTES * 20)) * 1000;
  const runs = [before.heap];
  while (Date.now() < end) {
    await sleep(Math.max(100, Math.min(30_000, end - Date.now())));
    runs.push((await memory()).heap);
  }
  const after = runs.at(-1);
  row({ row: `log: the page's heap over ${MINUTES} minutes at ${rate.toLocaleString('en')} lines/s`, unit: 'MB', runs, target: 'flat: at most a tenth or 1 MB more at the end', met: after <= Math.max(before.heap * 1.1, before.heap + 1), note: `${before.heap.toFixed(1)} MB after the first minute, ${after.toFixed(1)} MB at the end` });
}

async function million() {
  const { put } = await facts();
  if (put < 1_000_000) await produce(0, 1_000_000 - put);
  for (let n = 0; n < 300 && (await facts()).last < 1_000_000; n++) await sleep(1000);
  await sleep(2000);
  const { heap, nodes } = await memory();
  const all = await facts();
  row({ row: 'log: memory of the page over a log of 1,000,000 lines', unit: 'MB', runs: [heap], note: `${nodes} nodes; Go's heap is ${(all.heap / 1e6).toFixed(0)} MB, garbage included` });
}

try {
  await latency();
  await through();
  await following(20_000);
  await scrolling(20_000);
  await steady();
  await million();
} finally {
  await browser.close();
  host.stdin.end();
}
