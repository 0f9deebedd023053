// The page in a real browser over ten years of 5 s data: time to the first curve, size of the JavaScript, and frames while
// it is panned and zoomed, beside the same mouse over an empty page in the same browser in the same run.
import './lib/help.ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { type ServerProcess, startServerProcess } from '../e2e/lib/server-process.ts';
import { launchBrowser } from '../e2e/page/browser.ts';
import { PAGE_FOLDER } from '../packages/server/src/app/index.ts';
import { median, printTable } from './lib/figures.ts';
import { storeYears } from './lib/ten-years.ts';

const LOADS = 7;
const SIZE = { width: 1440, height: 900 };
/** Two refreshes of a 60 Hz screen: a frame that took longer was dropped. */
const DROPPED_MS = 33;

/** Notes when the curve is first there, by the browser's own clock since the navigation. */
const NOTE_FIRST_CURVE = `
  const look = () => {
    if (document.querySelector('.legend') && document.querySelector('.u-over')) window.firstCurveMs = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

const RECORD_FRAMES = `
  window.frameMs = [];
  let last = performance.now();
  const tick = (now) => { window.frameMs.push(now - last); last = now; if (!window.stopFrames) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);`;

async function firstCurveMs(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage({ viewport: SIZE, bypassCSP: true });
  await page.addInitScript(NOTE_FIRST_CURVE);
  await page.goto(url);
  await page.waitForFunction('window.firstCurveMs !== undefined');
  const ms: number = await page.evaluate('window.firstCurveMs');
  await page.close();
  return ms;
}

/** Drags and zooms over the middle of the page for some seconds; the times between frames meanwhile. */
async function framesMs(page: Page): Promise<number[]> {
  await page.evaluate(RECORD_FRAMES);
  const { x, y } = { x: SIZE.width / 2, y: 420 };
  await page.mouse.move(x, y);
  for (let round = 0; round < 4; round += 1) {
    for (let notch = 0; notch < 20; notch += 1) {
      await page.mouse.wheel(0, round % 2 === 0 ? -100 : 100);
      await page.waitForTimeout(25);
    }
    await page.mouse.down();
    for (let step = 1; step <= 40; step += 1) await page.mouse.move(x + step * (round % 2 === 0 ? 8 : -8), y);
    await page.mouse.up();
    await page.mouse.move(x, y);
  }
  await page.evaluate('window.stopFrames = true');
  return page.evaluate('window.frameMs');
}

async function openedPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: SIZE, bypassCSP: true });
  await page.goto(url);
  return page;
}

function dropped(frames: readonly number[]): string {
  const count = frames.filter((ms) => ms > DROPPED_MS).length;
  return `${count} of ${frames.length}`;
}

function scriptBytes(): number {
  const folder = join(PAGE_FOLDER, 'assets');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  return scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
}

async function measure(server: ServerProcess, browser: Browser): Promise<void> {
  const whole = `${server.url}/stats?all`;
  const loads: number[] = [];
  for (let load = 0; load < LOADS; load += 1) loads.push(await firstCurveMs(browser, whole));
  const page = await openedPage(browser, whole);
  await page.locator('.legend').waitFor();
  const frames = await framesMs(page);
  const empty = await framesMs(await openedPage(browser, 'about:blank'));
  printTable([
    ['the page over ten years of 5 s data', 'empty page', 'kilowink'],
    ['first curve, median of 7 loads, ms', '', median(loads).toFixed(0)],
    ['JavaScript, gzipped, kB', '0', (scriptBytes() / 1_000).toFixed(1)],
    ['median frame while panned and zoomed, ms', median(empty).toFixed(1), median(frames).toFixed(1)],
    [`frames over ${DROPPED_MS} ms`, dropped(empty), dropped(frames)],
    ['longest frame, ms', Math.max(...empty).toFixed(0), Math.max(...frames).toFixed(0)],
  ]);
}

const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));
storeYears(folder, 10);
const server = await startServerProcess(['-d', folder]);
const browser = await launchBrowser();
await measure(server, browser);
await browser.close();
await server.stop();
rmSync(folder, { recursive: true });
