import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { objections } from './axe.ts';
import { DESKTOP, launchBrowser, openPage, PHONE } from './browser.ts';
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

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, options] of [
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ] as const) {
    test(`axe has nothing to object to: ${name}, ${colorScheme}`, async () => {
      const { page, close } = await openPage(browser, demo.url, {
        query: '?last=1h',
        options: { ...options, colorScheme },
      });
      await page.getByText('Raw measures').click();
      await page.getByRole('heading', { name: 'Sensors', exact: true }).waitFor();
      await page.getByText('What is shown, as a table').click();
      await page.locator('tbody tr').nth(5).waitFor();
      assert.deepEqual(await objections(page), []);
      await page.getByRole('button', { name: 'Keys' }).click();
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await objections(page), []);
      await close();
    });
  }
}

test('axe has nothing to object to: before the first measurement', async (t) => {
  const empty = await startDemo({ data: 'empty' });
  t.after(() => empty.stop());
  const { page, close } = await openPage(browser, empty.url, { ready: '.empty' });
  assert.deepEqual(await objections(page), []);
  await close();
});

test('what is on the curve is said in a sentence', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: '?last=6h' });
  const figure = page.getByRole('figure');
  assert.match(
    (await figure.getAttribute('aria-labelledby').then((id) => page.locator(`#${id}`).textContent())) ?? '',
    /^\d{4}-\d\d-\d\d \d\d:\d\d to .*: [\d.]+\u202fkWh, [\d,]+\u202fW on average, between .* and .*; measured [\d.]+\u202f% of the time\.$/,
  );
  for (const canvas of await figure.locator('canvas').all()) {
    assert.equal(await canvas.getAttribute('aria-hidden'), 'true');
  }
  await close();
});
