// Two sensors on one meter, as a person sees them in a real browser: one measurement, and the days on which they differ.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setAdminPassword } from '../../packages/server/src/admin/index.ts';
import { startServer, systemClock } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';
import { launchBrowser, login, openPage } from './browser.ts';

const PASSWORD = 'correct horse battery';
const MINUTE_MS = 60_000;
const DAYS = 4;

test('what two sensors make of one meter is shown first, with the days on which they differ, and corrected at one of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-two-page-'));
  await setAdminPassword(folder, { password: PASSWORD, nowMs: 1 });
  const measurements = [{ id: 'house', name: 'House', sources: ['tic/main', 'optical/cellar'] }];
  const given = { dataDir: folder, port: 0, host: '127.0.0.1', measurements };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: folder }, options });
  const store = openSqliteStore({ folder, clock: systemClock });
  const today = Temporal.Now.plainDateISO('Europe/Paris');
  const midnight = (day: number) =>
    today.subtract({ days: DAYS - day }).toZonedDateTime('Europe/Paris').epochMilliseconds;
  const put = (source: string, name: string, wh: (atMs: number) => number) => {
    const id = store.ensureSeries({ source, name, quantity: 'energy', unit: 'Wh' });
    const count = Math.floor((Date.now() - midnight(0)) / MINUTE_MS);
    const starts = Float64Array.from({ length: count }, (_, at) => midnight(0) + at * MINUTE_MS);
    const durationsMs = starts.map(() => MINUTE_MS);
    store.addPoints(id, { starts, durationsMs, values: starts.map(wh), reports: null, disagreements: null });
    return id;
  };
  const flashes = put('optical/cellar', 'Cellar', (atMs) =>
    atMs >= midnight(1) && atMs < midnight(2) ? 9 : 10,
  );
  put('tic/main', 'Linky', () => 10);
  const server = await startServer({ config, store, version: 'test' });
  const browser = await launchBrowser();
  try {
    const { page, close } = await openPage(browser, server.url, { query: '?all' });
    const chosen = page.locator('.picker select');
    assert.equal(await chosen.locator('option:checked').textContent(), 'House');
    await page.getByText('Against the meter').click();
    const differing = page.getByRole('group', { name: 'Days on which its sensors differ' });
    await differing.getByRole('columnheader', { name: 'Linky' }).waitFor();
    assert.equal(await differing.locator('tbody tr').count(), 1);
    assert.match((await differing.locator('tbody').textContent()) ?? '', /14\.4\d?\skWh.*−1\.44\skWh/);
    await differing.getByRole('button').click();
    await page.waitForURL((url) => /from=/.test(url.search));
    assert.equal(await page.getByRole('button', { name: 'What would it do?' }).count(), 0);
    // What one of them is corrected by is listed, and taken back, here too.
    store.putCorrections([
      {
        ...{
          series: flashes,
          fromMs: midnight(1),
          toMs: midnight(2),
          kind: { kind: 'scale', factor: 10 / 9 },
        },
        ...{ origin: 'person', note: '', madeMs: Date.now() },
      },
    ]);
    await page.reload();
    await page.getByText('Against the meter').click();
    await page.getByRole('button', { name: 'Take back' }).click();
    await login(page, PASSWORD);
    await page.getByRole('cell', { name: 'taken back' }).waitFor();
    await differing.waitFor();
    await close();
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
});
