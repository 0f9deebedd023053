// A reader in New York looks at a house in Paris: days, marks, totals and corrections are the house's, also on the night the clock
// goes back.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { setAdminPassword } from '../../packages/server/src/admin/index.ts';
import { type RunningServer, startServer, systemClock } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { openSqliteStore, type Store } from '../../packages/store/src/index.ts';
import { launchBrowser, login, openPage, until } from './browser.ts';

const SITE_ZONE = 'Europe/Paris';
const VIEWER = { timezoneId: 'America/New_York' };
const PASSWORD = 'correct horse battery';
const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;

const today = Temporal.Now.zonedDateTimeISO(SITE_ZONE).startOfDay();
/** The last day of 25 hours that is over. */
const longDay = daysBack().find((day) => day.hoursInDay === 25) ?? assert.fail('a day of 25 hours');

const folder = mkdtempSync(join(tmpdir(), 'kilowink-zone-page-'));
let store: Store;
let server: RunningServer;
let browser: Browser;

before(async () => {
  await setAdminPassword(folder, { password: PASSWORD, nowMs: 1 });
  const given = { dataDir: folder, port: 0, host: '127.0.0.1', 'site.zone': SITE_ZONE };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: folder }, options });
  store = openSqliteStore({ folder, clock: systemClock });
  const id = store.ensureSeries({ source: 'import/a', name: 'House', quantity: 'energy', unit: 'Wh' });
  // 100 Wh in each quarter of an hour, but 200 on the long day, 300 yesterday and 50 today.
  const [from, to] = [longDay.subtract({ days: 3 }).epochMilliseconds, Date.now()];
  const starts = Float64Array.from(
    { length: Math.floor((to - from) / QUARTER_MS) },
    (_, at) => from + at * QUARTER_MS,
  );
  store.addPoints(id, {
    starts,
    durationsMs: new Float64Array(starts.length).fill(QUARTER_MS),
    values: starts.map(energyWhAt),
    ...{ reports: null, disagreements: null },
  });
  server = await startServer({ config, store, version: 'test' });
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function daysBack(): Temporal.ZonedDateTime[] {
  return Array.from({ length: 400 }, (_, at) => today.subtract({ days: at + 2 }).startOfDay());
}

function energyWhAt(atMs: number): number {
  const day = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(SITE_ZONE).toPlainDate();
  if (day.equals(today.toPlainDate())) return 50;
  if (day.equals(today.subtract({ days: 1 }).toPlainDate())) return 300;
  return day.equals(longDay.toPlainDate()) ? 200 : 100;
}

function rangeQuery(from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): string {
  return `?from=${from.toInstant()}&to=${to.toInstant()}`;
}

/** Opens the page with what its curve writes noted. */
async function open(query: string) {
  const opened = await openPage(browser, server.url, { query, options: VIEWER });
  assert.equal(
    await opened.page.evaluate('Intl.DateTimeFormat().resolvedOptions().timeZone'),
    'America/New_York',
  );
  return opened;
}

/** What the curve writes when it is drawn anew, in order. */
async function writtenTexts(page: Page): Promise<string[]> {
  await page.evaluate(`
    window.written = [];
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
      window.written.push(String(text));
      return fillText.call(this, text, ...rest);
    };
  `);
  // Another height and back: the curve is drawn anew, in the same width.
  await page.setViewportSize({ width: 1440, height: 880 });
  await until(async () => Number(await page.evaluate('window.written.length')) > 0, 'the curve is drawn');
  return page.evaluate('window.written');
}

const summaryOf = async (page: Page) => (await page.locator('.summary').textContent()) ?? '';

test('yesterday and today are the house’s days', async () => {
  const { page, faults, close } = await open('?day=yesterday');
  const yesterday = today.subtract({ days: 1 }).startOfDay();
  const kWh = ((yesterday.hoursInDay * 4 * 300) / 1_000).toFixed(2);
  await until(async () => (await summaryOf(page)).includes(kWh), `${kWh} kWh`);
  const [from, to] = [yesterday, today].map((day) => day.toPlainDate().toString());
  assert.match(await summaryOf(page), new RegExp(`^${from} 00:00.* to ${to} 00:00.*: ${kWh}\\s?kWh`));
  const todayWh = store.readTotal(1, today.epochMilliseconds, Date.now()).sum;
  const said = todayWh < 1_000 ? `${todayWh}` : (todayWh / 1_000).toFixed(2);
  await until(
    async () => ((await page.locator('.today').textContent()) ?? '').includes(said),
    `${said} today`,
  );
  assert.deepEqual(faults, []);
  await close();
});

test('the night the clock goes back has its hour twice, on the axis and in the table', async () => {
  const { page, faults, close } = await open(rangeQuery(longDay, longDay.add({ days: 1 })));
  await until(async () => (await summaryOf(page)).includes('20.00'), '25 hours of 800 Wh');
  const [day, next] = [longDay, longDay.add({ days: 1 })].map((each) => each.toPlainDate().toString());
  assert.match(
    await summaryOf(page),
    new RegExp(`^${day} 00:00 \\+02:00 to ${next} 00:00.*: 20\\.00\\s?kWh, 800\\s?W on average`),
  );
  const texts = await writtenTexts(page);
  const label = (of: Temporal.ZonedDateTime) =>
    of.toLocaleString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '');
  assert.ok(texts.includes(label(longDay)), `${label(longDay)} among ${texts}`);
  assert.ok(!texts.includes(label(longDay.subtract({ days: 1 }))), 'no part of the day before');
  assert.equal(
    texts.filter((text) => text === '02:00').length / texts.filter((text) => text === '06:00').length,
    2,
  );
  await page.getByText('As a table').click();
  const starts = await page.locator('table th[scope=row]').allTextContents();
  const rowsIn = (offset: string) =>
    starts.filter((start) => start.includes(` 02:`) && start.endsWith(offset));
  assert.ok(rowsIn('+02:00').length > 5, 'the hour in summer time');
  assert.ok(Math.abs(rowsIn('+02:00').length - rowsIn('+01:00').length) <= 1, 'and again in winter time');
  assert.equal(starts[0], `${day} 00:00 +02:00`);
  assert.deepEqual(faults, []);
  await close();
});

test('the repeated hour is corrected alone, and the form names it by the house’s clock', async () => {
  const second = longDay.toInstant().add({ hours: 3 }).toZonedDateTimeISO(SITE_ZONE);
  const { page, close } = await open(rangeQuery(second, second.add({ hours: 1 })));
  await page.getByText('Against the meter').click();
  const day = longDay.toPlainDate();
  await page.getByText(`${day} 02:00 +01:00`, { exact: false }).first().waitFor();
  const lead = (await page.locator('.form-lead').first().textContent()) ?? '';
  assert.match(lead, new RegExp(`${day} 02:00 \\+01:00.*${day} 03:00 \\+01:00`));
  await page.getByRole('button', { name: 'What would it do?' }).click();
  await login(page, PASSWORD);
  await page.getByText(/800\sWh measured .* become 0\sWh/).waitFor();
  await page.getByRole('button', { name: 'Correct', exact: true }).click();
  await page.getByRole('button', { name: 'Take back' }).waitFor();
  const [made] = store.listCorrections(1);
  assert.deepEqual(
    [made?.fromMs, made?.toMs],
    [second.epochMilliseconds, second.epochMilliseconds + HOUR_MS],
  );
  await close();
  const again = await open(rangeQuery(longDay, longDay.add({ days: 1 })));
  await until(async () => (await summaryOf(again.page)).includes('19.20'), 'the day without that hour');
  await again.close();
});
