import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { DESKTOP, launchBrowser, openPage, PHONE } from './browser.ts';
import { type Demo, startDemo } from './start-demo.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

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

/** What axe objects to, one line each. The enhanced contrast of 7:1 is part of what is asked. */
async function objections(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the content policy does not concern.
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`
    axe.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
      rules: { 'color-contrast-enhanced': { enabled: true } },
    }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
      id + ' ' + target.join(' ') + ': ' + failureSummary)))
  `);
}

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
      await page.getByRole('heading', { name: 'Sensors' }).waitFor();
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
