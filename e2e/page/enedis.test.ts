// A file of Enedis, as a person gives it to the page in a real browser: looked at, taken in, compared, put right, undone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { preamble } from '../../packages/server/src/enedis/testing.ts';
import { objections } from './axe.ts';
import { DESKTOP, launchBrowser, login, type OpenPage, openPage, PHONE, until } from './browser.ts';
import {
  csvOf,
  type EnedisHouse,
  GAP_DAY,
  MISSED_DAYS,
  PASSWORD,
  startHouse,
  workbookOf,
} from './enedis-house.ts';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);

let house: EnedisHouse;
let browser: Browser;

before(async () => {
  house = await startHouse();
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await house.stop();
});

async function openCard({
  url = house.url,
  options = {},
}: {
  url?: string;
  options?: BrowserContextOptions;
} = {}): Promise<OpenPage> {
  const opened = await openPage(browser, url, { query: '?all', options });
  await opened.page.getByText('Against the meter').click();
  await opened.page.getByRole('heading', { name: 'Comparison' }).waitFor();
  return opened;
}

interface Given {
  readonly name: string;
  readonly content: Uint8Array;
}

async function choose(page: Page, ...files: Given[]): Promise<void> {
  const payload = files.map(({ name, content }) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(content),
  }));
  await page.getByLabel('Choose files').setInputFiles(payload);
}

/** Drops a file where somebody would who looks at the curve: anywhere on the page. */
async function drop(page: Page, { name, content }: Given): Promise<void> {
  const base64 = Buffer.from(content).toString('base64');
  await page.evaluate(`{
    const bytes = Uint8Array.from(atob(${JSON.stringify(base64)}), (letter) => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], ${JSON.stringify(name)}));
    for (const kind of ['dragover', 'drop'])
      document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }`);
}

/** What a file's preview says under a name. */
const fact = (page: Page, name: string) =>
  page.locator('.facts > div', { has: page.getByText(name, { exact: true }) }).locator('dd');

const verdicts = (page: Page) =>
  page
    .getByRole('region', { name: 'Comparison' })
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => row.querySelector('.in-words span')?.textContent ?? ''));

test('a workbook that is dropped is told of, and stored when that is agreed to', async () => {
  const { page, faults, close } = await openPage(browser, house.url, { query: '?all' });
  await drop(page, { name: 'Export_energie.xlsx', content: workbookOf(house.drawn.slice(0, 480)) });
  await login(page, PASSWORD);
  await page.getByRole('button', { name: 'Take it in' }).waitFor();
  assert.match((await fact(page, 'Holds').textContent()) ?? '', /^Load curve$/);
  assert.match((await fact(page, 'Values').textContent()) ?? '', /mean power of the interval, kW/);
  assert.match((await fact(page, 'Interval').textContent()) ?? '', /^30\smin$/);
  assert.match((await fact(page, 'Times').textContent()) ?? '', /begin the interval \(the file says so\)/);
  assert.match((await fact(page, 'Rows').textContent()) ?? '', /^480: 480 new, 0 stored already$/);
  assert.match((await fact(page, 'Goes into').textContent()) ?? '', /“Export_energie”, new/);
  assert.deepEqual(
    house.store.listSeries().map(({ source }) => source),
    ['optical/cellar'],
  );
  await page.getByLabel('Call it').fill('Linky');
  await page.getByRole('button', { name: 'Take it in' }).click();
  await page.getByText('480 measurements are now in “Linky”.').waitFor();
  await page
    .getByLabel('Held against')
    .locator('option', { hasText: 'Linky' })
    .waitFor({ state: 'attached' });
  await until(async () => (await verdicts(page)).length === 10, 'the ten days are compared');
  assert.deepEqual(
    faults.filter((fault) => !fault.includes('401')),
    [],
  );
  await close();
});

test('the weeks of a CSV and a workbook go into one series, and what was there counts once', async () => {
  const { page, close } = await openCard();
  await choose(
    page,
    { name: 'Export_energie.csv', content: csvOf(house.drawn.slice(400, 800)) },
    { name: 'Export_energie (1).xlsx', content: workbookOf(house.drawn.slice(700)) },
  );
  await login(page, PASSWORD);
  const first = page.locator('summary', { hasText: '400: 320 new, 80 stored already' });
  await first.click();
  await page.getByText('Bad rows, left out: 1').waitFor();
  await page.getByText('Row 404: expected a date, found “rubbish”').waitFor();
  await page.getByLabel('Times of the rows').selectOption('start');
  await page
    .getByText(/begin the interval \(as you say\)/)
    .first()
    .waitFor({ state: 'attached' });
  await page.getByLabel('Times of the rows').selectOption('');
  await first.waitFor();
  await page.getByRole('button', { name: 'Take in 2 files' }).click();
  await page.getByText(/measurements are now in “Linky”\./).waitFor();
  await until(async () => (await verdicts(page)).length === 21, 'all days are compared');
  const told = await verdicts(page);
  for (const day of MISSED_DAYS) assert.equal(told[day], 'flashes missed');
  assert.equal(told[GAP_DAY], 'explained by gaps');
  assert.equal(told.filter((verdict) => verdict === 'agrees').length, 21 - MISSED_DAYS.length - 1);
  await page.getByText('17 of 21 agree.').waitFor();
  await page.getByRole('button', { name: 'Week', exact: true }).click();
  await until(async () => (await verdicts(page)).length === 2, 'whole weeks are compared');
  await page.getByRole('button', { name: 'Month', exact: true }).click();
  await until(async () => (await verdicts(page)).length <= 1, 'whole months are compared');
  await close();
});

const total = async () => {
  const answer = await fetch(`${house.url}/api/v1/series/1/total`);
  return ((await answer.json()) as { energyWh: number }).energyWh;
};

test('what differs is previewed, put right, and undone', async () => {
  const { page, close } = await openCard();
  const beforeWh = await total();
  await page.getByLabel('Held against').selectOption({ label: 'Linky' });
  await page.getByText('17 of 21 agree.').waitFor();
  await page.getByRole('button', { name: 'Put right what differs' }).click();
  await login(page, PASSWORD);
  await page.getByText('2 stretches would be corrected.').waitFor();
  assert.equal(await total(), beforeWh);
  await page.getByLabel('Each period by itself, to the Wh').check();
  await page.getByText('4 stretches would be corrected.').waitFor();
  await page.getByRole('button', { name: 'Correct 4 stretches' }).click();
  await page.getByText('All 21 agree.').waitFor();
  const drawnWh = house.drawn.reduce((sum, { powerW }) => sum + powerW / 2, 0);
  assert.ok(Math.abs((await total()) - drawnWh) < 2, `${await total()} Wh, the meter counted ${drawnWh}`);
  await page.getByRole('cell', { name: 'by “Linky”' }).first().waitFor();
  await page.getByRole('button', { name: 'Undo all 4' }).click();
  await page.getByText('17 of 21 agree.').waitFor();
  assert.equal(await total(), beforeWh);
  await close();
});

test('one day is put right by itself, shown on the curve, and taken back from the list', async () => {
  const { page, close } = await openCard();
  await page.getByLabel('Held against').selectOption({ label: 'Linky' });
  const row = page
    .getByRole('region', { name: 'Comparison' })
    .locator('tbody tr')
    .nth(MISSED_DAYS[0] ?? 0);
  await row.getByRole('button', { name: 'Calibrate' }).click();
  await login(page, PASSWORD);
  await page.getByText('One stretch would be corrected.').waitFor();
  await page.getByRole('button', { name: 'Correct it' }).click();
  await page.getByText('18 of 21 agree.').waitFor();
  await page.getByRole('button', { name: 'Take back' }).last().click();
  await page.getByText('17 of 21 agree.').waitFor();
  await row.getByRole('button').first().click();
  await page.waitForURL((url) => url.searchParams.has('from'));
  assert.equal(
    Date.parse(new URL(page.url()).searchParams.get('from') ?? ''),
    house.dayMs(MISSED_DAYS[0] ?? 0),
  );
  await close();
});

for (const [name, options] of [
  ['desktop, light', { ...DESKTOP, colorScheme: 'light' }],
  ['phone, dark', { ...PHONE, colorScheme: 'dark' }],
] as const) {
  test(`axe has nothing to object to, and nothing is wider than the window: ${name}`, async () => {
    const { page, close } = await openCard({ options });
    const isSound = async () => {
      assert.deepEqual(await objections(page), []);
      assert.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'));
    };
    await choose(page, { name: 'curve.csv', content: csvOf(house.drawn.slice(0, 48)) });
    await login(page, PASSWORD);
    await page.getByRole('button', { name: 'Take it in' }).waitFor();
    await isSound();
    await page.getByLabel('Held against').selectOption({ label: 'Linky' });
    await page.getByText('17 of 21 agree.').waitFor();
    await page.getByRole('button', { name: 'Put right what differs' }).click();
    await page.getByText('2 stretches would be corrected.').waitFor();
    await isSound();
    await choose(page, { name: 'photo.png', content: PNG });
    await page.getByRole('alert').getByText('That is no table').waitFor();
    await isSound();
    await close();
  });
}

const LOGIN = Buffer.from('<!DOCTYPE html>\n<html lang="fr"><title>Connexion</title></html>');

test('indexes by tariff are held against as a whole, not as one of their registers', async () => {
  const { page, close } = await openCard();
  const rows = Array.from({ length: 22 }, (_, day) => {
    const atMs = house.dayMs(day);
    const wh = house.drawn
      .filter(({ startMs }) => startMs < atMs)
      .reduce((sum, { powerW }) => sum + powerW / 2, 0);
    const parts = [Math.round(wh / 3), Math.round(wh) - Math.round(wh / 3), Math.round(wh)];
    return `${new Date(atMs).toISOString()};Arrêté quotidien;${parts.join(';')}\n`;
  });
  const content = `${preamble({ type: 'Index', unit: 'Wh' })}Horodate;Type de releve;EAS F1;EAS F2;EAS T\n${rows.join('')}`;
  await choose(page, { name: 'Meter.csv', content: Buffer.from(content) });
  await login(page, PASSWORD);
  await page.getByRole('button', { name: 'Take it in' }).click();
  const against = page.getByLabel('Held against');
  await until(
    async () => (await against.locator('option:checked').textContent()) === 'Meter',
    'the whole index is held against',
  );
  assert.equal(await against.locator('option', { hasText: 'EASF' }).count(), 0);
  await until(async () => (await verdicts(page)).length === 21, 'all days are compared');
  await close();
});

test('what is no such file is refused in clear words, and the server goes on', async () => {
  const { page, close } = await openCard();
  const whole = workbookOf(house.drawn.slice(0, 48));
  const refused: readonly [Given, RegExp][] = [
    [{ name: 'photo.png', content: PNG }, /That is no table of measurements/],
    [{ name: 'cut.xlsx', content: whole.subarray(0, 1_000) }, /cut short, damaged, or an archive/],
    [{ name: 'empty.csv', content: new Uint8Array() }, /The file is empty/],
    [{ name: 'Export.csv', content: LOGIN }, /That is a web page: the login was saved/],
    [
      { name: 'years.csv', content: new Uint8Array(9 * 1_048_576) },
      /at most .* Copy it to the server and run: npm run kilowink -- import FILE/,
    ],
  ];
  for (const [index, [file, told]] of refused.entries()) {
    await choose(page, file);
    if (index === 0) await login(page, PASSWORD);
    await page.getByRole('alert').getByText(told).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Take it in' }).count(), 0);
  }
  await choose(page, { name: 'Export_energie.xlsx', content: whole });
  await page.getByText('All of it is stored already.').waitFor();
  await close();
});

test('an instance that only shows, and one without a password, say what to do instead', async (t) => {
  const shows = await startHouse({ isReadOnly: true });
  t.after(() => shows.stop());
  const beside = await openCard({ url: shows.url });
  await beside.page.getByText('files are taken in at the one that takes the reports').waitFor();
  assert.equal(await beside.page.getByRole('button', { name: 'Choose files' }).count(), 0);
  await beside.close();
  const open = await startHouse({ withPassword: false });
  t.after(() => open.stop());
  const without = await openCard({ url: open.url });
  await without.page.getByText('npm run kilowink -- admin password').first().waitFor();
  assert.equal(await without.page.getByRole('button', { name: 'Choose files' }).count(), 0);
  await without.close();
});
