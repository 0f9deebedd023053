// What the reader has set for all pages: larger letters, own colours; and screens as small as they come.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, PHONE } from './browser.ts';
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

/** Sets letters to twice their size, as in the browser's settings, before the page looks. */
async function enlarge(page: Page): Promise<void> {
  await page.addInitScript(`{
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('html { font-size: 32px }');
    document.adoptedStyleSheets = [sheet];
  }`);
  await page.reload();
  await page.locator('.legend').waitFor();
}

/** How far the page is wider than the window, CSS pixels. */
function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

test('letters twice as large: the scales grow with them, the minimap stays under the curve', async () => {
  const { page, faults, close } = await openPage(browser, demo.url, { query: '?last=6h' });
  const placeOf = async (selector: string): Promise<{ x: number; width: number }> => {
    const box = await page.locator(selector).boundingBox();
    assert.ok(box);
    return { x: box.x, width: box.width };
  };
  const usual = await placeOf('.u-over');
  assert.deepEqual(await placeOf('.minimap'), usual);
  await enlarge(page);
  const large = await placeOf('.u-over');
  assert.equal(large.x - usual.x, 70);
  assert.deepEqual(await placeOf('.minimap'), large);
  assert.equal(await overhang(page), 0);
  assert.deepEqual(faults, []);
  await close();
});

for (const [name, width] of [
  ['letters twice as large on a phone', 390],
  ['the smallest phone', 320],
] as const) {
  test(`${name}: every card fits the screen's width`, async () => {
    const options = { ...PHONE, viewport: { width, height: 700 } };
    const { page, close } = await openPage(browser, demo.url, { query: '?last=6h', options });
    if (width === 390) await enlarge(page);
    for (const summary of await page.locator('.card > summary').all()) await summary.click();
    await page.locator('tbody tr').nth(5).waitFor();
    assert.equal(await overhang(page), 0);
    await close();
  });
}

test('on a phone the list of keys opens at its beginning', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: '?last=6h', options: PHONE });
  await page.getByRole('button', { name: 'Keys' }).click();
  const dialog = page.getByRole('dialog', { name: 'Mouse, fingers and keys' });
  await dialog.waitFor();
  const top = await dialog.evaluate((element) => [
    element.scrollTop,
    element.scrollHeight - element.clientHeight,
  ]);
  assert.equal(top[0], 0);
  assert.ok((top[1] ?? 0) > 0, 'the list is longer than the screen');
  await close();
});

test('with colours of the reader’s own the period chosen, the minimap’s window and the curve are seen', async () => {
  const options = { forcedColors: 'active', colorScheme: 'dark' } as const;
  const { page, close } = await openPage(browser, demo.url, { query: '?last=6h', options });
  const colourOf = (selector: string, property: string): Promise<string> =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`);
  const [chosen, other, ground] = [
    await colourOf('[aria-pressed=true]', 'borderBottomColor'),
    await colourOf('[aria-pressed=false]', 'borderBottomColor'),
    await colourOf('body', 'backgroundColor'),
  ];
  assert.equal(other, ground);
  assert.notEqual(chosen, ground);
  assert.equal(await colourOf('.minimap-window', 'forcedColorAdjust'), 'none');
  // The canvas knows no contrast theme: it has to be told.
  const drawn = await page.evaluate<number>(`(() => {
    const probe = document.createElement('canvas').getContext('2d');
    probe.fillStyle = 'LinkText';
    probe.fillRect(0, 0, 1, 1);
    const wanted = probe.getImageData(0, 0, 1, 1).data;
    const canvas = document.querySelector('.chart canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if ([0, 1, 2].every((channel) => Math.abs(data[at + channel] - wanted[channel]) < 4) && data[at + 3] > 200) count++;
    return count;
  })()`);
  assert.ok(drawn > 200, `${drawn} pixels in the colour of links`);
  await close();
});
