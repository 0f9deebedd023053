import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { TestSensor } from '../lib/sensor.ts';
import { launchBrowser, openPage, PHONE, plotBox, settled, shownRange, until } from './browser.ts';
import { GAP_HOURS } from './flashes.ts';
import { type Demo, startDemo } from './start-demo.ts';

let demo: Demo;
let browser: Browser;

before(async () => {
  demo = await startDemo({ data: 'house' });
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await demo.stop();
});

/** The second series of the demo: flashes, with gaps. */
async function flashesQuery(view: string): Promise<string> {
  const { series } = (await (await fetch(`${demo.url}/api/v1/series`)).json()) as {
    series: { id: number; name: string }[];
  };
  const flashes = series.find((each) => each.name === 'Workshop');
  assert.ok(flashes);
  return `?series=${flashes.id}&${view}`;
}

/** The pointer goes to a time in the curve. */
async function pointAt(page: Page, atMs: number): Promise<void> {
  const box = await plotBox(page);
  const { from, span } = await shownRange(page);
  await page.mouse.move(box.x + ((atMs / 1_000 - from) / span) * box.width, box.y + 200);
}

/** Whether the curve's canvas changes every few pixels down a line of the plot, as only a hatch does. */
async function isHatched(page: Page, part: number): Promise<boolean> {
  const box = await plotBox(page);
  return page.evaluate<boolean>(`(() => {
    const canvas = document.querySelector('.chart canvas');
    const host = canvas.getBoundingClientRect();
    const x = Math.round(${box.x + box.width * part} - host.left);
    const y = Math.round(${box.y} - host.top) + 60;
    const { data } = canvas.getContext('2d').getImageData(x, y, 1, 28);
    const colours = Array.from({ length: 28 }, (_, row) => data.slice(row * 4, row * 4 + 4).join());
    return colours.filter((colour, row) => row > 0 && colour !== colours[row - 1]).length >= 8;
  })()`);
}

test('an empty server shows its address, and turns into the curve with the first report', async (t) => {
  const empty = await startDemo({ data: 'empty' });
  t.after(() => empty.stop());
  const { page, faults, close } = await openPage(browser, empty.url, { ready: '.empty' });
  assert.match(
    (await page.locator('.address code').first().textContent()) ?? '',
    new RegExp(`:${empty.port}$`),
  );
  assert.equal(await page.locator('.kinds dt').count(), 3);
  const sensor = new TestSensor('127.0.0.1', 7);
  sensor.pass(12);
  assert.equal(await sensor.report(empty.port), true);
  await page.getByRole('application', { name: 'Power curve' }).waitFor();
  await page.locator('.legend').waitFor();
  await until(
    async () => /last report \d+ s ago/.test((await page.locator('.now').textContent()) ?? ''),
    'its age',
  );
  assert.deepEqual(faults, []);
  await close();
});

test('a report moves the live curve and the number, and does not move a view that was panned', async (t) => {
  const live = await startDemo({ data: 'empty' });
  t.after(() => live.stop());
  const sensor = new TestSensor('127.0.0.1', 5);
  sensor.pass(10);
  await sensor.report(live.port);
  const { page, close } = await openPage(browser, live.url, { query: '?last=15min' });
  const summary = page.locator('.summary');
  const before = await summary.textContent();
  const today = page.locator('.today .strong');
  const energy = await today.textContent();
  sensor.pass(9);
  await sensor.report(live.port);
  await until(async () => (await summary.textContent()) !== before, 'the new windows are in the curve');
  await until(async () => (await today.textContent()) !== energy, 'today has grown');
  assert.equal(await page.locator('.chip').count(), 0);
  const box = await plotBox(page);
  await page.mouse.move(box.x + 300, box.y + 100);
  await page.mouse.wheel(0, -200);
  await settled(page, /from=/);
  const zoomed = await shownRange(page);
  sensor.pass(3);
  await sensor.report(live.port);
  await page.locator('.chip').waitFor();
  await until(async () => (await today.textContent()) !== energy, 'the report has come');
  assert.deepEqual(await shownRange(page), zoomed);
  await page.locator('.chip').click();
  await settled(page, /last=/);
  assert.ok((await shownRange(page)).to > Date.now() / 1_000 - 30);
  await close();
});

test('a server that has gone is said to be, what is drawn stays, and its return is noticed', async (t) => {
  const gone = await startDemo({ data: 'flashes' });
  t.after(() => gone.stop());
  const { page, close } = await openPage(browser, gone.url, { query: '?last=6h' });
  const summary = await page.locator('.summary').textContent();
  await page.context().setOffline(true);
  await gone.stop();
  await page.locator('.notice', { hasText: /No connection to the server since \d\d:\d\d/ }).waitFor();
  assert.equal(await page.locator('.legend').isVisible(), true);
  assert.ok(summary);
  const back = await startDemo({ data: 'flashes', port: gone.port });
  t.after(() => back.stop());
  await page.context().setOffline(false);
  await page.locator('.notice').waitFor({ state: 'detached' });
  await close();
});

test('a sensor that is silent is said to be, and what it owes is hatched', async (t) => {
  const quiet = await startDemo({ data: 'flashes' });
  t.after(() => quiet.stop());
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${quiet.url}/stats?last=15min`);
  await page.locator('.legend').waitFor();
  assert.equal(await page.locator('.now .word').count(), 0);
  await page.clock.fastForward(90_000);
  // The server has just started, and may hear the sensor soon.
  assert.equal(await page.locator('.now .word').textContent(), 'waiting for the first report');
  assert.equal(await page.locator('.now.is-stale').count(), 0);
  await page.clock.fastForward(240_000);
  assert.equal(await page.locator('.now.is-stale .word').textContent(), 'silent');
  await until(
    async () => / measured (?!100)/.test((await page.locator('.summary').textContent()) ?? ''),
    'the gap',
  );
  await until(() => isHatched(page, 0.97), 'the last minute is hatched');
  assert.ok(!(await isHatched(page, 0.5)), 'what was measured is not');
  await context.close();
});

test('a server that fails says what that means and can be asked again', async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.route('**/api/v1/series', (route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"detail":"disk full"}' }),
  );
  await page.goto(`${demo.url}/stats`);
  const notice = page.getByRole('alert');
  await notice.waitFor();
  assert.match(
    (await notice.textContent()) ?? '',
    /could not answer: disk full.*already stored are not touched/,
  );
  await page.unroute('**/api/v1/series');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.legend').waitFor();
  await context.close();
});

test('times are the site’s, not the browser’s, and the words the reader’s', async () => {
  const options = { locale: 'fr-FR', timezoneId: 'Asia/Tokyo' };
  const query = '?from=2026-03-28T23:00:00Z&to=2026-03-29T22:00:00Z';
  const { page, faults, close } = await openPage(browser, demo.url, { query, options });
  assert.equal(await page.getAttribute('html', 'lang'), 'fr-FR');
  assert.match(
    (await page.locator('.summary').textContent()) ?? '',
    /^Du 2026-03-29 00:00 \+01:00 au 2026-03-30 00:00 : /,
  );
  await pointAt(page, Date.parse('2026-03-29T10:10:00Z'));
  const tooltip = page.locator('.tooltip');
  await tooltip.waitFor();
  assert.match((await tooltip.textContent()) ?? '', /^2026-03-29 12:\d\d–1[23]:\d\d \+02:00 · .*moyenne/);
  assert.deepEqual(faults, []);
  await close();
});

test('a gap is said to be one, off-peak hours are named', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: await flashesQuery('last=2d') });
  const nowMs = Date.now();
  const [from, to] = GAP_HOURS[0];
  await pointAt(page, nowMs - ((from + to) / 2) * 3.6e6);
  const tooltip = page.locator('.tooltip');
  await until(async () => /not measured/.test((await tooltip.textContent()) ?? ''), 'the gap is named');
  const night = new Date(nowMs - 86_400_000).toISOString().slice(0, 10);
  await pointAt(page, Date.parse(`${night}T02:10:00Z`));
  await until(async () => /off-peak/.test((await tooltip.textContent()) ?? ''), 'the night is off-peak');
  await close();
});

test('of measurements by the minute the legend says so, before their sensor has reported', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: '?last=15min' });
  await page.locator('.legend').getByText('mean of 1 min').waitFor();
  await close();
});

test('raw measures tell reports and disagreements, and the table what is shown', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: await flashesQuery('last=1d') });
  await page.getByText('Raw measures').click();
  await page.getByText('Single measures are shown for up to 3 h.').waitFor();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  const told = page.locator('.card p', { hasText: /measures, carried by/ });
  await told.waitFor();
  const [count, reports, disagreements] =
    ((await told.textContent()) ?? '').replaceAll(',', '').match(/\d+/g) ?? [];
  assert.equal(Number(reports), Number(count) * 3);
  assert.ok(Number(disagreements) >= 1);
  await page.getByRole('heading', { name: 'Sensors', exact: true }).waitFor();
  await page.getByText('What is shown, as a table').click();
  const table = page.locator('.card', { hasText: 'as a table' }).locator('tbody tr');
  await table.first().waitFor();
  const rows = await table.count();
  assert.ok(rows > 20 && rows <= 200, `${rows} rows`);
  await close();
});

test('the picture has the curve in it', async () => {
  const { page, faults, close } = await openPage(browser, demo.url, { query: '?last=7d' });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'PNG' }).click(),
  ]);
  const picture = readFileSync(await download.path());
  assert.match(download.suggestedFilename(), /^House-\d{4}-\d\d-\d\d.*\.png$/);
  assert.deepEqual([...picture.subarray(1, 4)], [...Buffer.from('PNG')]);
  assert.ok(picture.readUInt32BE(16) > 1_300 && picture.length > 20_000);
  assert.deepEqual(faults, []);
  await close();
});

test('another sensor is chosen by name, and the address remembers it', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: '?last=6h' });
  const select = page.getByRole('combobox');
  await select.selectOption({ label: 'Workshop' });
  await settled(page, /series=\d/);
  await page.reload();
  await page.locator('.legend').waitFor();
  assert.equal(await select.locator('option:checked').textContent(), 'Workshop');
  await close();
});

test('on a phone the period on show is in view among those to choose from', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: '?all', options: PHONE });
  const pressed = page.getByRole('group', { name: 'Period' }).locator('[aria-pressed=true]');
  assert.equal(await pressed.textContent(), 'All');
  const isInView = async () => {
    const box = await pressed.boundingBox();
    return box !== null && box.x >= 0 && box.x + box.width <= 390;
  };
  await until(isInView, 'the button in view');
  await close();
});

test('nothing is wider than a phone, and every control is as large as a finger', async () => {
  const { page, close } = await openPage(browser, demo.url, { query: '?last=1d', options: PHONE });
  await page.getByText('Raw measures').click();
  await page.getByRole('heading', { name: 'Sensors', exact: true }).waitFor();
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
  const sizes = await page
    .locator('button:visible, summary:visible, select:visible, .minimap-grip')
    .evaluateAll((controls) => controls.map((control) => [control.offsetWidth, control.offsetHeight]));
  assert.ok(sizes.length > 12);
  for (const [width, height] of sizes) assert.ok(width >= 40 && height >= 40, `${width} × ${height}`);
  const plot = await plotBox(page);
  assert.deepEqual([plot.x, plot.width], [0, 390]);
  await close();
});
