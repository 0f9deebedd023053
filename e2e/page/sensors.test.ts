// Sensors looked after from the page: a simulated device over real UDP, a real server, a real browser.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { setAdminPassword } from '../../packages/server/src/admin/index.ts';
import { type CareServer, startCare, TestSensor } from '../../packages/server/src/firmware/testing.ts';
import { noiseImage } from '../../packages/sim/src/smp/index.ts';
import { launchBrowser, openPage, PHONE } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = 'nine white horses';
const root = mkdtempSync(join(tmpdir(), 'kilowink-sensors-page-'));
const file = join(root, 'blink.bin');
let sensor: TestSensor;
let server: CareServer;
let browser: Browser;

before(async () => {
  writeFileSync(file, noiseImage('1.1.0', 40_000));
  sensor = await TestSensor.open('house');
  server = await startCare(root, [sensor]);
  await setAdminPassword(server.folder, { password: PASSWORD, nowMs: 2 });
  await sensor.reportTo(server.url);
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await sensor.close();
  await server.close();
  rmSync(root, { recursive: true });
});

async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const objections = await page.evaluate<string[]>(
    `axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag22aa', 'best-practice'] }, rules: { 'color-contrast-enhanced': { enabled: true } } })
      .then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
  );
  assert.deepEqual(objections, []);
}

/** Pictures to look at, where somebody asks for them. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

test('log in, add a file, update a sensor, see the log', async () => {
  const { page, faults, close } = await openPage(browser, server.url, { query: '#sensors' });
  await page.getByText('good light', { exact: true }).waitFor();
  await page.getByRole('img', { name: /Light at the eye of house/ }).waitFor();
  await assertAccessible(page);
  await picture(page, 'sensors');
  await page.getByRole('button', { name: 'Log in' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password').fill('not the password');
  await dialog.getByRole('button', { name: 'Log in' }).click();
  await dialog.getByText('That is not the password.').waitFor();
  await assertAccessible(page);
  await picture(page, 'login');
  // A refused password is an answer of 401, which the browser tells as an error of its own.
  assert.ok(faults.splice(0).every((fault) => /401/.test(fault)));
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('No firmware file yet.').waitFor();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('rowheader', { name: '1.1.0 · blink.bin' }).waitFor();
  await page.getByRole('checkbox', { name: /house/ }).check();
  await picture(page, 'firmware');
  await page.getByRole('button', { name: 'Update…' }).click();
  await assertAccessible(page);
  await picture(page, 'confirm');
  await dialog.getByRole('button', { name: 'Update', exact: true }).click();
  await page.getByText('house: updated, 1.0.0 → 1.1.0').waitFor();
  assert.equal(sensor.device.version, '1.1.0');
  await page.getByText(/^\d{4}-\d\d-\d\d \d\d:\d\d( [+−]\d\d:\d\d)? firmware 1\.0\.0 → 1\.1\.0$/).waitFor();
  await assertAccessible(page);
  await picture(page, 'log');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('This is for the administrator.').waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('on a phone, in French, nothing is wider than the screen', async () => {
  const { page, close } = await openPage(browser, server.url, {
    query: '#sensors',
    options: { ...PHONE, locale: 'fr-FR' },
  });
  await page.getByText('bonne lumière', { exact: true }).waitFor();
  await picture(page, 'phone-sensors');
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByLabel('Mot de passe').fill(PASSWORD);
  await picture(page, 'phone-login');
  await page.getByRole('dialog').getByRole('button', { name: 'Se connecter' }).click();
  await page.getByText('Ce qui a été fait').waitFor();
  await picture(page, 'phone');
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
  await assertAccessible(page);
  await picture(page, 'phone');
  await close();
});
