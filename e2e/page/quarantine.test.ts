// What the subscribed power rules out, as a person sees it in a real browser: left out, said to be, and there to be looked at.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeReportV1 } from '../../packages/core/src/report/index.ts';
import { setAdminPassword } from '../../packages/server/src/admin/index.ts';
import { startServer, systemClock } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';
import { launchBrowser, login, openPage, PHONE, plotBox, until } from './browser.ts';

const PASSWORD = 'correct horse battery';
const WINDOW_MS = 5_000;
/** Half an hour: a lamp shines on the sensor in its middle third. */
const WINDOWS = 360;
const isLamp = (at: number) => at >= 120 && at < 240;

/** A house whose sensor had a lamp before it, served from a folder of its own. */
async function openHouse({ isAdministered }: { isAdministered: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-quarantine-page-'));
  if (isAdministered) await setAdminPassword(folder, { password: PASSWORD, nowMs: 1 });
  const given = { dataDir: folder, port: 0, host: '127.0.0.1' };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const env = { XDG_CONFIG_HOME: folder, KILOWINK_SITE_SUBSCRIBED_VA: '6000' };
  const { config } = loadConfig({ env, options });
  const store = openSqliteStore({ folder, clock: systemClock });
  const source = 'optical/127.0.0.1/00';
  const series = store.ensureSeries({ source, name: 'Cellar', quantity: 'energy', unit: 'Wh' });
  const fromMs = (Math.floor(Date.now() / 60_000) - 40) * 60_000;
  store.addPoints(series, {
    starts: Float64Array.from({ length: WINDOWS }, (_, at) => fromMs + at * WINDOW_MS),
    durationsMs: new Float64Array(WINDOWS).fill(WINDOW_MS),
    values: Float64Array.from({ length: WINDOWS }, (_, at) => (isLamp(at) ? 63 : 1)),
    reports: null,
    disagreements: null,
  });
  const server = await startServer({ config, store, version: 'test' });
  const browser = await launchBrowser();
  const iso = (atMs: number) => new Date(atMs).toISOString();
  const query = `?from=${iso(fromMs)}&to=${iso(fromMs + WINDOWS * WINDOW_MS)}`;
  const close = async () => {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true });
  };
  return { server, browser, query, close };
}

test('what the subscribed power rules out is left out, with its reason, stays among the raw measures, and is taken back', async () => {
  const { server, browser, query, close } = await openHouse({ isAdministered: true });
  // It is still there: two flashes a window in its latest report.
  const report = encodeReportV1({ sensorType: 0, uptimeS: 7_200, counts: new Array(10).fill(2) });
  const { status } = await fetch(`${server.url}/sensor/report`, { method: 'POST', body: report.slice() });
  assert.equal(status, 200);
  try {
    const { page, faults } = await openPage(browser, server.url, { query });
    const said = async (part: number, expected: RegExp) => {
      await page.locator('.u-over').scrollIntoViewIfNeeded();
      const box = await plotBox(page);
      await page.mouse.move(box.x + box.width * part, box.y + 100);
      const text = async () => (await page.locator('.tooltip').textContent()) ?? '';
      await until(async () => expected.test(await text()), `${expected} in the middle of the curve`);
      return text();
    };
    assert.match(await said(0.5, /left out/), /more than the subscribed power allows/);
    assert.doesNotMatch(await said(0.5, /left out/), /not measured/);
    assert.doesNotMatch(await said(0.1, /flash/), /left out/);
    await page.getByText('Raw measures').click();
    await page.getByText('360 measures').waitFor();
    await page.getByText('120 left out by corrections').waitFor();
    await page.getByText('Sensors and firmware').click();
    await page.getByText(/left out: 45[.,]\d+\s?kW|left out: 45,\d{3}\s?W/).waitFor();
    await page.getByText('Against the meter').click();
    await page.getByRole('button', { name: 'Take back' }).click();
    await login(page, PASSWORD);
    await page.getByRole('cell', { name: 'taken back' }).waitFor();
    assert.match(await said(0.5, /63 flashes/), /45/);
    await page.getByText('120 left out by corrections').waitFor({ state: 'detached' });
    // An answer that asks for the password is told by the browser as an error.
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('401')),
      [],
    );
  } finally {
    await close();
  }
});

test('on a phone, why a correction can not be taken back comes into view', async () => {
  const { server, browser, query, close } = await openHouse({ isAdministered: false });
  try {
    const { page } = await openPage(browser, server.url, { query, options: PHONE });
    await page.getByText('Against the meter').click();
    const button = page.getByRole('button', { name: 'Take back' });
    // At the top of the screen, the button has the place where the reason is said above it, out of sight.
    await button.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await button.click();
    const reason = page.getByText(/until an administrator’s password is set/);
    await reason.waitFor();
    await until(async () => {
      const box = await reason.boundingBox();
      return box !== null && box.y >= 0 && box.y + box.height <= 844;
    }, 'the reason on the screen');
  } finally {
    await close();
  }
});
