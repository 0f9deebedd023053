// What Firefox and Safari do otherwise than Chromium, as far as Chromium can be made to do it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import {
  launchBrowser,
  openPage,
  PHONE,
  plotBox,
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

/** Holds a key until it has come twelve times, and presses it once more. */
async function hold(page: Page, target: Locator, key: string): Promise<void> {
  await target.focus();
  for (let time = 0; time < 12; time++) await page.keyboard.down(key);
  await page.keyboard.up(key);
  await page.keyboard.press(key);
}

// Safari throws at the hundredth entry of the history in half a minute: a held key would stop dead after three seconds.
test('a key that is held is one movement and one step back', async () => {
  const { page, faults, close } = await openPage(browser, demo.url, { query: middle(1) });
  const start = await shownRange(page);
  const entries = (): Promise<number> => page.evaluate('history.length');
  const first = await entries();
  await hold(page, page.getByRole('application', { name: 'Power curve' }), 'ArrowLeft');
  isNear((await shownRange(page)).from, start.from - (13 * start.span) / 5, 2);
  assert.equal(await entries(), first + 1);
  // The pause that ends the movement is a third of a second.
  await page.waitForTimeout(800);
  const left = await shownRange(page);
  await hold(page, page.getByRole('slider', { name: 'Start of the view' }), 'ArrowLeft');
  assert.ok((await shownRange(page)).span > left.span * 3);
  assert.equal(await entries(), first + 2);
  await page.goBack();
  await until(async () => (await shownRange(page)).span === left.span, 'as before the grip was moved');
  await page.goBack();
  await until(async () => (await shownRange(page)).from === start.from, 'as before the curve was moved');
  assert.deepEqual(faults, []);
  await close();
});

/** Safari's events of two fingers on a trackpad, which only it sends of itself; whether each was kept from the page. */
function spread(page: Page, at: { x: number; y: number }, scales: readonly number[]): Promise<boolean[]> {
  return page.evaluate(`(() => {
    const over = document.elementFromPoint(${at.x}, ${at.y});
    const send = (name, scale) => {
      const event = new Event(name, { bubbles: true, cancelable: true });
      over.dispatchEvent(Object.assign(event, { scale, clientX: ${at.x}, clientY: ${at.y} }));
      return event.defaultPrevented;
    };
    const events = [['gesturestart', 1], ...${JSON.stringify(scales)}.map((scale) => ['gesturechange', scale]), ['gestureend', 1]];
    return events.map(([name, scale]) => send(name, scale));
  })()`);
}

test('two fingers on a trackpad zoom about the pointer as Safari tells of them, and the page keeps its size', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(6) });
  const box = await plotBox(page);
  const start = await shownRange(page);
  const pointed = await timeAtPart(page, 0.25);
  const at = { x: box.x + box.width * 0.25, y: box.y + 100 };
  assert.deepEqual(await spread(page, at, [1.2, 1.6, 2]), [true, true, true, true, true]);
  await settled(page, /from=/);
  isNear((await shownRange(page)).span, start.span / 2, 2);
  isNear(await timeAtPart(page, 0.25), pointed, start.span / box.width + 2);
  await close();
});

test('fingers on a screen, of which Safari tells twice, zoom once', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(6), options: PHONE });
  const box = await plotBox(page);
  const start = await shownRange(page);
  const touch = await page.context().newCDPSession(page);
  const at = { x: box.x + 200, y: box.y + 150 };
  const touchPoints = [{ ...at, id: 0 }];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  assert.deepEqual(await spread(page, at, [1.5, 2]), [true, true, true, true]);
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  assert.deepEqual(await shownRange(page), start);
  await close();
});

test('a mouse button that was let go where nobody told of it moves nothing', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(2) });
  const map = await page.locator('.minimap').boundingBox();
  assert.ok(map);
  for (const place of [await plotBox(page), map]) {
    const [x, y] = [place.x + place.width / 2, place.y + 30];
    await page.mouse.move(x, y);
    await page.mouse.down();
    const start = await shownRange(page);
    // As after a menu that took the button: the pointer moves, and no button is down.
    await page.evaluate(`for (const by of [40, 80, 120]) {
      const at = { pointerId: 1, pointerType: 'mouse', buttons: 0, clientX: ${x} + by, clientY: ${y} };
      document.elementFromPoint(${x}, ${y}).dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true }));
    }`);
    assert.deepEqual(await shownRange(page), start);
    await page.mouse.up();
  }
  await close();
});

// Safari on a phone magnifies the page for a smaller one, and leaves it so.
test('letters of a field are 16 px on a phone', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: middle(2), options: PHONE });
  await page.getByText('Against the meter').click();
  await page.locator('form select').first().waitFor();
  const sizes = await page.evaluate<number[]>(
    // What a button opens in its stead, as the choice of a file, has no letters.
    `[...document.querySelectorAll('input, select')].filter((field) => field.checkVisibility())
      .map((field) => parseFloat(getComputedStyle(field).fontSize))`,
  );
  assert.ok(sizes.length > 3 && sizes.every((px) => px >= 16), sizes.join(' '));
  await close();
});
