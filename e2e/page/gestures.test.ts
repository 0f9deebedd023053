import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  DESKTOP,
  launchBrowser,
  openPage,
  PHONE,
  plotBox,
  scrollTop,
  settled,
  shownRange,
  timeAtPart,
  until,
} from './browser.ts';
import { type Demo, startDemo } from './start-demo.ts';

let demo: Demo;
let browser: Browser;

before(async () => {
  demo = await startDemo({ data: 'flashes' });
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await demo.stop();
});

/** A stretch in the middle of what there is, with room on both sides. */
function middle(hours: number): string {
  const toMs = Math.floor(Date.now() / 1_000) * 1_000 - 36 * 3.6e6;
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  return `?from=${iso(toMs - hours * 3.6e6)}&to=${iso(toMs)}`;
}

function isNear(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
}

async function drag(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
  await page.mouse.move(...to);
  await page.mouse.up();
}

test('the wheel zooms about the pointer by 0.75 a notch', async () => {
  const { page, faults, close } = await openPage(browser, demo.url, { query: middle(6) });
  const box = await plotBox(page);
  const start = await shownRange(page);
  const pointed = await timeAtPart(page, 0.25);
  await page.mouse.move(box.x + box.width * 0.25, box.y + 100);
  await page.mouse.wheel(0, -100);
  await page.mouse.wheel(0, -100);
  await until(async () => (await shownRange(page)).span < start.span * 0.6, 'two notches shown');
  const zoomed = await shownRange(page);
  isNear(zoomed.span, start.span * 0.75 ** 2, 2);
  isNear(await timeAtPart(page, 0.25), pointed, start.span / box.width + 2);
  assert.deepEqual(faults, []);
  await close();
});

test('the page scrolls where the wheel can zoom no further, and not where it can', async () => {
  const options = { viewport: { width: 1440, height: 600 } };
  const { page, close } = await openPage(browser, demo.url, { query: '?all', options });
  const box = await plotBox(page);
  await page.mouse.move(box.x + 300, box.y + 100);
  await page.mouse.wheel(0, -100);
  await settled(page, /from=/);
  assert.equal(await scrollTop(page), 0);
  for (let turn = 0; turn < 12; turn++) await page.mouse.wheel(0, 300);
  // The spin that reached the limit is over once its address stands still; the next one scrolls.
  await page.waitForTimeout(800);
  assert.equal(await scrollTop(page), 0);
  await page.mouse.wheel(0, 200);
  await until(async () => (await scrollTop(page)) > 0, 'the page scrolls');
  await close();
});

test('a drag pans, back and forward walk through the views', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(2) });
  const box = await plotBox(page);
  const start = await shownRange(page);
  await drag(page, [box.x + 600, box.y + 150], [box.x + 900, box.y + 150]);
  await settled(page, /from=/);
  const panned = await shownRange(page);
  isNear(panned.span, start.span, 1);
  isNear(panned.from, start.from - (300 / box.width) * start.span, 4);
  await page.getByRole('button', { name: 'Yesterday' }).click();
  await settled(page, /day=yesterday/);
  await page.goBack();
  isNear((await shownRange(page)).from, panned.from, 1);
  await page.goBack();
  isNear((await shownRange(page)).from, start.from, 1);
  await page.goForward();
  isNear((await shownRange(page)).from, panned.from, 1);
  await close();
});

test('a drag with shift zooms into the box, a double click goes back', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(4) });
  const box = await plotBox(page);
  const start = await shownRange(page);
  await page.keyboard.down('Shift');
  await drag(page, [box.x + box.width * 0.25, box.y + 80], [box.x + box.width * 0.5, box.y + 200]);
  await page.keyboard.up('Shift');
  const zoomed = await shownRange(page);
  isNear(zoomed.span, start.span / 4, 20);
  isNear(zoomed.from, start.from + start.span / 4, 20);
  await page.mouse.dblclick(box.x + 300, box.y + 100);
  await until(async () => Math.abs((await shownRange(page)).from - start.from) < 2, 'back where it was');
  await close();
});

test('zooming in ends at six windows of 5 s', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(1) });
  const box = await plotBox(page);
  await page.mouse.move(box.x + 500, box.y + 100);
  for (let turn = 0; turn < 30; turn++) await page.mouse.wheel(0, -300);
  await page.waitForTimeout(500);
  assert.equal((await shownRange(page)).span, 30);
  await page.locator('.legend', { hasText: 'each step is one flash: 720 W over 5 s' }).waitFor();
  await close();
});

test('two fingers zoom about their middle, one pans', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(6), options: PHONE });
  const box = await plotBox(page);
  const touch = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: number[]): Promise<unknown> =>
    touch.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map((x, id) => ({ x: box.x + x, y: box.y + 150, id })),
    });
  const start = await shownRange(page);
  await send('touchStart', 150);
  await send('touchStart', 150, 250);
  await send('touchMove', 125, 275);
  await send('touchMove', 100, 300);
  await send('touchEnd');
  await settled(page, /from=/);
  const pinched = await shownRange(page);
  isNear(pinched.span, start.span / 2, start.span * 0.02);
  isNear(
    pinched.from + (pinched.span * 200) / box.width,
    start.from + (start.span * 200) / box.width,
    start.span * 0.02,
  );
  await send('touchStart', 200);
  await send('touchMove', 240);
  await send('touchMove', 290);
  await send('touchEnd');
  await until(async () => (await shownRange(page)).from < pinched.from - 60, 'panned');
  isNear((await shownRange(page)).span, pinched.span, 1);
  await close();
});

test('keys move, zoom, jump, follow the present and show help', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(2) });
  const chart = page.getByRole('application', { name: 'Power curve' });
  await chart.focus();
  const start = await shownRange(page);
  await chart.press('ArrowLeft');
  isNear((await shownRange(page)).from, start.from - start.span / 5, 2);
  await chart.press('Shift+ArrowRight');
  isNear((await shownRange(page)).from, start.from + start.span * 0.8, 2);
  await chart.press('+');
  isNear((await shownRange(page)).span, start.span * 0.6, 2);
  await chart.press('-');
  isNear((await shownRange(page)).span, start.span, 2);
  await chart.press('Home');
  const series = (await (await fetch(`${demo.url}/api/v1/series`)).json()) as {
    series: { firstMs: number }[];
  };
  isNear((await shownRange(page)).from, Math.round((series.series.at(-1)?.firstMs ?? 0) / 1_000), 1);
  await chart.press('l');
  isNear((await shownRange(page)).to, Date.now() / 1_000, 10);
  await chart.press('0');
  await settled(page, /last=1d/);
  await chart.press('?');
  await page.getByRole('dialog', { name: 'Mouse, fingers and keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await close();
});

test('values are read by keys, one by one, and spoken', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(1) });
  const chart = page.getByRole('application', { name: 'Power curve' });
  const spoken = page.locator('p[aria-live="polite"]');
  await chart.press('Enter');
  const first = await spoken.textContent();
  assert.match(
    first ?? '',
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d–\d\d:\d\d:\d\d · 5 s, mean [\d,]+\u202fW, energy \d+\u202fWh · \d+ flash/,
  );
  await chart.press('ArrowRight');
  await until(async () => (await spoken.textContent()) !== first, 'the next value is spoken');
  assert.equal(await page.locator('.tooltip').isVisible(), true);
  await chart.press('Escape');
  assert.equal(await page.locator('.tooltip').isVisible(), false);
  await close();
});

test('the minimap’s window is dragged, its grips take keys, and a click beside it centres it', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(8) });
  const start = await shownRange(page);
  const map = await page.locator('.minimap').boundingBox();
  const pane = await page.locator('.minimap-window').boundingBox();
  assert.ok(map && pane);
  const middleY = map.y + map.height / 2;
  const extent = await page
    .locator('.minimap-grip')
    .first()
    .evaluate((grip) => [
      Number(grip.getAttribute('aria-valuemin')),
      Number(grip.getAttribute('aria-valuemax')),
    ]);
  const secondsPerPx = ((extent[1] ?? 0) - (extent[0] ?? 0)) / map.width;
  await drag(page, [pane.x + pane.width / 2, middleY], [pane.x + pane.width / 2 + 100, middleY]);
  const moved = await shownRange(page);
  isNear(moved.from - start.from, 100 * secondsPerPx, secondsPerPx * 2);
  isNear(moved.span, start.span, 1);
  await page.getByRole('slider', { name: 'End of the view' }).press('ArrowLeft');
  isNear((await shownRange(page)).to, moved.to - moved.span / 10, 2);
  assert.equal((await shownRange(page)).from, moved.from);
  await page.mouse.click(map.x + 200, middleY);
  const centred = await shownRange(page);
  isNear((centred.from + centred.to) / 2, (extent[0] ?? 0) + 200 * secondsPerPx, secondsPerPx * 2);
  await drag(page, [map.x + 600, middleY], [map.x + 700, middleY]);
  const drawn = await shownRange(page);
  isNear(drawn.from, (extent[0] ?? 0) + 600 * secondsPerPx, secondsPerPx * 2);
  isNear(drawn.span, 100 * secondsPerPx, secondsPerPx * 2);
  await close();
});

test('a relative view stays relative when its address is opened again', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: '?last=6h' });
  await page.reload();
  await page.locator('.legend').waitFor();
  const shown = await shownRange(page);
  assert.equal(shown.span, 6 * 3_600);
  isNear(shown.to, Date.now() / 1_000, 20);
  assert.equal(await page.getByRole('button', { name: '6 h' }).getAttribute('aria-pressed'), 'true');
  await close();
});

test('a hundred movements of the wheel and a long drag draw no long frame', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: '?all', options: DESKTOP });
  const box = await plotBox(page);
  await page.evaluate(
    'window.frames_ = []; (function next() { frames_.push(performance.now()); requestAnimationFrame(next); })()',
  );
  await page.mouse.move(box.x + 700, box.y + 100);
  for (let turn = 0; turn < 100; turn++) await page.mouse.wheel(0, turn % 20 < 10 ? -30 : 30);
  await page.mouse.down();
  for (let step = 0; step < 60; step++) await page.mouse.move(box.x + 700 - step * 5, box.y + 100);
  await page.mouse.up();
  const frames = await page.evaluate<number[]>('frames_');
  const gaps = frames
    .slice(1)
    .map((at, index) => at - (frames[index] ?? at))
    .sort((a, b) => a - b);
  const median = gaps[gaps.length >> 1] ?? 0;
  const slow = gaps[Math.floor(gaps.length * 0.95)] ?? 0;
  // Relative, for the machine may be busy with other things: no stall beyond a few ordinary frames.
  assert.ok(slow < median * 4, `median ${median.toFixed(1)} ms, 95 % within ${slow.toFixed(1)} ms`);
  await close();
});
