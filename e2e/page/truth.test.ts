// Readings of the meter and corrections, as a person enters them in a real browser.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { setAdminPassword } from '../../packages/server/src/admin/index.ts';
import { type RunningServer, startServer, systemClock } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';
import { launchBrowser, login, openPage, shownRange, until } from './browser.ts';

const PASSWORD = 'correct horse battery';
const folder = mkdtempSync(join(tmpdir(), 'kilowink-truth-page-'));
const HOUR_MS = 3_600_000;
let server: RunningServer;
let browser: Browser;
let archive: number;

before(async () => {
  await setAdminPassword(folder, { password: PASSWORD, nowMs: 1 });
  const given = { dataDir: folder, port: 0, host: '127.0.0.1' };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: folder }, options });
  const store = openSqliteStore({ folder, clock: systemClock });
  const id = store.ensureSeries({ source: 'optical/a', name: 'Cellar', quantity: 'energy', unit: 'Wh' });
  // Two days of 720 W: a flash in each window.
  const count = (48 * HOUR_MS) / 5_000;
  const startMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 48 * HOUR_MS;
  store.addPoints(id, {
    starts: Float64Array.from({ length: count }, (_, index) => startMs + index * 5_000),
    durationsMs: new Float64Array(count).fill(5_000),
    values: new Float64Array(count).fill(1),
    reports: null,
    disagreements: null,
  });
  // A year by the hour: of such a view new measurements are asked for once a minute.
  archive = store.ensureSeries({ source: 'optical/b', name: 'Barn', quantity: 'energy', unit: 'Wh' });
  const hours = 365 * 24;
  store.addPoints(archive, {
    starts: Float64Array.from({ length: hours }, (_, index) => startMs + (48 - hours + index) * HOUR_MS),
    durationsMs: new Float64Array(hours).fill(HOUR_MS),
    values: new Float64Array(hours).fill(300),
    reports: null,
    disagreements: null,
  });
  server = await startServer({ config, store, version: 'test' });
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A moment some hours ago as the site's clock shows it, for the form. */
function wall(hoursAgo: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(Date.now() - hoursAgo * HOUR_MS);
  return at.toZonedDateTimeISO('Europe/Paris').toPlainDateTime().toString().slice(0, 16);
}

test('readings tell how true the counts are; a correction is tried, made, marked and taken back', async () => {
  const { page, close } = await openPage(browser, server.url, { query: '?all' });
  await page.getByText('Against the meter').click();
  const enter = async (index: string, hoursAgo: number) => {
    await page.getByLabel('Meter’s display, kWh').fill(index);
    await page.getByLabel('Read at').fill(wall(hoursAgo));
    await page.getByRole('button', { name: 'Enter the reading' }).click();
  };
  await enter('5000', 40);
  await login(page, PASSWORD);
  await enter('5030', 10);
  // 30 h at 720 W are 21.6 kWh, where the display says 30.
  await page.getByText('21.60 kWh').waitFor();
  await page.getByText('flashes missed').waitFor();
  await page.getByText(/Standing load yesterday: 720\sW/).waitFor();
  await page.getByRole('button', { name: 'What would it do?' }).click();
  await page.getByText(/34\.5\d\skWh measured .* become 0\sWh/).waitFor();
  await page.getByRole('button', { name: 'Correct', exact: true }).click();
  await page.getByText('corrected', { exact: true }).waitFor();
  // Of yesterday nothing is left that could be its quietest hour.
  await page.getByText(/Standing load yesterday/).waitFor({ state: 'detached' });
  await page
    .getByText(/nothing was measured\.?$/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('cell', { name: 'taken back' }).waitFor();
  await page.getByText(/Standing load yesterday: 720\sW/).waitFor();
  await page.getByText(/34\.5\d\skWh, 720\sW on average/).waitFor();
  await close();
});

test('readings are listed and taken away; what is refused stays to be put right, or is of a new meter', async () => {
  const { page, close } = await openPage(browser, server.url, { query: `?series=${archive}&last=365d` });
  await page.getByText('Against the meter').click();
  const display = page.getByLabel('Meter’s display, kWh');
  const list = page.getByRole('group', { name: 'Readings of the display' });
  const enter = page.getByRole('button', { name: 'Enter the reading' });
  await display.fill('7000');
  await page.getByLabel('Read at').fill(wall(24 * 30));
  await enter.click();
  await login(page, PASSWORD);
  await list.getByRole('cell', { name: '7,000', exact: true }).waitFor();
  assert.equal(await display.inputValue(), '');
  // A digit too many, then the meter that was replaced meanwhile; read now, as the form says without being told.
  await display.fill('72160');
  await enter.click();
  await page
    .getByRole('alert')
    .getByText(/more than any home draws/)
    .waitFor();
  assert.equal(await display.inputValue(), '72160');
  await display.fill('16');
  await page.getByLabel('The meter was replaced').check();
  await enter.click();
  await list.getByRole('cell', { name: '16', exact: true }).waitFor();
  const { readings } = (await (await fetch(`${server.url}/api/v1/series/${archive}/readings`)).json()) as {
    readings: { atMs: number; indexWh: number }[];
  };
  assert.deepEqual(
    readings.map(({ indexWh }) => indexWh),
    [7_000_000, 16_000],
  );
  assert.ok(Math.abs((readings[1]?.atMs ?? 0) - Date.now()) < 60_000);
  await list.getByRole('button', { name: 'Take away' }).first().click();
  await list.getByRole('cell', { name: '16', exact: true }).waitFor({ state: 'detached' });
  assert.equal(await list.getByRole('row').count(), 2);
  await list.getByRole('button', { name: 'Take away' }).click();
  await list.waitFor({ state: 'detached' });
  await close();
});

test('a reading of a time that the clock showed twice is asked about', async () => {
  const { page, close } = await openPage(browser, server.url, { query: `?series=${archive}&last=365d` });
  await page.getByText('Against the meter').click();
  const now = Temporal.Now.zonedDateTimeISO('Europe/Paris').subtract({ days: 1 });
  let change = now.getTimeZoneTransition('previous');
  while (change !== null && change.hour !== 2) change = change.getTimeZoneTransition('previous');
  assert.ok(change !== null);
  const date = change.toPlainDate().toString();
  await page.getByLabel('Meter’s display, kWh').fill('6000');
  const readAt = page.getByLabel('Read at');
  const which = page.getByLabel('The clock showed that twice');
  await readAt.fill(`${date}T03:00`);
  assert.equal(await which.count(), 0);
  await readAt.fill(`${date}T02:30`);
  await which.selectOption({ label: `${date} 02:30 +01:00` });
  await page.getByRole('button', { name: 'Enter the reading' }).click();
  await login(page, PASSWORD);
  const list = page.getByRole('group', { name: 'Readings of the display' });
  await list.getByRole('rowheader', { name: `${date} 02:30 +01:00` }).waitFor();
  await close();
});

test('what a correction would do is told until another view is chosen, though the curve follows the present', async () => {
  const { page, close } = await openPage(browser, server.url, { query: '?last=2d' });
  await page.getByText('Against the meter').click();
  await page.getByRole('button', { name: 'What would it do?' }).click();
  await login(page, PASSWORD);
  const told = page.getByText(/ become 0\sWh/);
  await told.waitFor();
  const text = await told.textContent();
  const { to } = await shownRange(page);
  await until(async () => (await shownRange(page)).to > to, 'the curve moves on');
  assert.equal(await told.textContent(), text);
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await told.waitFor({ state: 'detached' });
  await close();
});

test('a correction is on the curve of a year at once, up to now though the day is not over, and gone at once', async () => {
  const { page, close } = await openPage(browser, server.url, { query: `?series=${archive}&last=365d` });
  const summary = page.locator('.summary');
  const measured = await summary.textContent();
  await page.getByText('Against the meter').click();
  await page.getByRole('button', { name: 'What would it do?' }).click();
  await login(page, PASSWORD);
  await page.getByRole('button', { name: 'Correct', exact: true }).click();
  // As the hour is, one of them reaches over the edge of the stretch, and stays.
  const isCorrected = async () =>
    /measured 0\s%|nothing was measured/.test((await summary.textContent()) ?? '');
  await until(isCorrected, 'corrected');
  await page.getByRole('button', { name: 'Take back' }).click();
  await until(async () => (await summary.textContent()) === measured, 'taken back');
  await close();
});
