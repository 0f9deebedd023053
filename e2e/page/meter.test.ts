// What the page shows of a meter that speaks for itself, over a real broker and in a real browser.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import mqtt, { type MqttClient } from 'mqtt';
import type { Browser } from 'playwright-core';
import { encodeGatewayMessage } from '../../packages/core/src/gateway/index.ts';
import {
  PAGE_FOLDER,
  type RunningServer,
  startServer,
  systemClock,
} from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';
import { launchBrowser, openPage, PHONE, until } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-meter-page-'));
const FRAME_MS = 1_000;
/** Frames of the last four minutes are told first, then one more for each thing that happens. */
const FRAMES = 240;
/** Nothing is drawn after those of the first two minutes. */
const FRAMES_DRAWN = 120;
const STARTED_MS = Date.now() - FRAMES * FRAME_MS;
const OTHER_REGISTERS = ['BBRHCJB', 'BBRHPJB', 'BBRHCJW', 'BBRHCJR', 'BBRHPJR'];
let server: RunningServer;
let gateway: MqttClient;
let browser: Browser;
let sequence = 0;

before(async () => {
  const given = {
    dataDir: folder,
    port: 0,
    host: '127.0.0.1',
    mqtt: { broker: { enabled: true, host: '127.0.0.1', port: 0 } },
  };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: folder }, options });
  const store = openSqliteStore({ folder, clock: systemClock, groupMs: 50 });
  server = await startServer({ config, store, version: 'test', pageFolder: PAGE_FOLDER });
  gateway = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.mqttListeners[0]?.port}`, {
    clientId: 'cellar',
  });
  for (let frame = 0; frame < FRAMES; frame += 1) await say();
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await gateway.endAsync();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A frame of a Tempo meter of 6 kVA that draws 900 VA at first: 1 Wh each 4 s. */
async function say(groups: Record<string, string> = {}): Promise<void> {
  sequence += 1;
  const index = String(1_000_000 + Math.floor(Math.min(sequence, FRAMES_DRAWN) / 4)).padStart(9, '0');
  const all = {
    ...{ ADCO: '061964123456', OPTARIF: 'BBR(', ISOUSC: '30', PTEC: 'HPJW', DEMAIN: 'ROUG' },
    ...Object.fromEntries(OTHER_REGISTERS.map((label) => [label, '002000000'])),
    BBRHPJW: index,
    ...{ IINST: '004', IMAX: '090', PAPP: '00900', HHPHC: 'A', MOTDETAT: '000000', ...groups },
  };
  const atMs = STARTED_MS + sequence * FRAME_MS;
  const ageMs = Math.max(0, Date.now() - atMs);
  const of = { boot: 7, sequence, ageMs, atMs, state: 'complete' as const };
  const message = encodeGatewayMessage({
    ...of,
    groups: all,
    vitals: { rssiDbm: -60, capacitorMinMv: 3_900, capacitorMaxMv: 4_600 },
    past: null,
  });
  await gateway.publishAsync('kilowink/cellar/tic', Buffer.from(message), { qos: 0 });
}

test('the meter’s line says VA, period and Tempo days; its card has registers and the gateway', async () => {
  await say();
  const { page, faults, close } = await openPage(browser, server.url, { ready: '.meter-line' });
  const line = page.locator('.meter-line');
  await line.getByText('900 VA of 6,000 VA').waitFor();
  await line.getByText('peak, white').waitFor();
  assert.deepEqual(await line.locator('.tempo').allInnerTexts(), ['W', 'R']);
  await page.getByText('Meter', { exact: true }).click();
  await page.getByText('BBRHPJW', { exact: true }).waitFor();
  await page.getByText('3.90 V – 4.60 V').waitFor();
  await page.evaluate(AXE);
  const objections = await page.evaluate<string[]>(
    `axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa'] }, rules: { 'color-contrast-enhanced': { enabled: true } } })
      .then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
  );
  assert.deepEqual(objections, []);
  assert.deepEqual(faults, []);
  await close();
});

test('an overload is on every open page within 2 s of its frame, and goes when it is over', async () => {
  const pages = await Promise.all([
    openPage(browser, server.url, { ready: '.meter-line' }),
    openPage(browser, server.url, { ready: '.meter-line', options: PHONE }),
  ]);
  const saidMs = performance.now();
  await say({ ADPS: '035', IINST: '035', PAPP: '08000' });
  for (const { page } of pages)
    await page.getByRole('alert').getByText('draws more than is subscribed').waitFor();
  const tookMs = performance.now() - saidMs;
  await pages[0]?.page.getByText('8,000 VA of 6,000 VA').first().waitFor();
  await say();
  for (const { page, close } of pages) {
    await page.getByRole('alert').getByText('draws more').waitFor({ state: 'detached' });
    await close();
  }
  // The figure of the promise itself, with room for a slow machine.
  assert.ok(tookMs < 2_000 * 5, `${tookMs} ms`);
});

test('a frame that comes while the page begins to listen is shown', async () => {
  const { page, close } = await openPage(browser, server.url, { ready: '.meter-line' });
  const isOverloaded = async () => {
    const { meters } = (await (await fetch(`${server.url}/api/v1/meters`)).json()) as {
      meters: { overload: unknown }[];
    };
    return meters.some(({ overload }) => overload !== null);
  };
  await page.route('**/api/v1/live**', async (route) => {
    await say({ ADPS: '035', IINST: '035', PAPP: '08000' });
    await until(isOverloaded, 'the server has the frame');
    await route.continue();
  });
  await page.reload();
  await page.getByRole('alert').getByText('draws more than is subscribed').waitFor();
  await say();
  await close();
});

test('its whole energy is shown first, in the reader’s language, and no reports are told of where there were none', async () => {
  const options = { locale: 'fr-FR' };
  const { page, close } = await openPage(browser, server.url, { ready: '.meter-line', options });
  const chosen = page.locator('.picker select option:checked');
  assert.equal(await chosen.textContent(), 'cellar : énergie soutirée');
  await page.getByText('Mesures brutes').click();
  await page.getByText(/^\d+ mesures\.$/).waitFor();
  await close();
});

test('a meter that is heard is not silent, and has no gap, while nothing is drawn', async () => {
  const { page, close } = await openPage(browser, server.url, { ready: '.meter-line' });
  await page.getByText(/last report \d+ s ago/).waitFor();
  assert.equal(await page.getByText('silent').count(), 0);
  // Two minutes without a Wh.
  assert.match((await page.locator('.number').textContent()) ?? '', /^([12]\d|30)\sW$/);
  await page.getByText(/ 900\sW on average.* measured 100\s%/).waitFor();
  await close();
});

test('each of its series is shown in its own unit', async () => {
  const { page, faults, close } = await openPage(browser, server.url, { ready: '.meter-line' });
  const { series } = (await (await fetch(`${server.url}/api/v1/series`)).json()) as {
    series: { id: number; quantity: string; unit: string }[];
  };
  for (const [quantity, unit] of [
    ['apparentPower', 'VA'],
    ['current', 'A'],
  ] as const) {
    const found = series.find((each) => each.quantity === quantity);
    assert.equal(found?.unit, unit);
    await page.locator('select').selectOption(String(found?.id));
    await page.locator('.number .unit', { hasText: unit }).waitFor();
    await page.getByText(/on average, between/).waitFor();
    await page.getByText('Raw measures').click();
    await page.getByText(`${unit} a measure`, { exact: true }).waitFor();
    await page.getByText(/^\d+ measures?\.$/).waitFor();
  }
  assert.deepEqual(faults, []);
  await close();
});
