import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  correctionAnswer,
  type LivePoints,
  type LiveRewritten,
  livePoints,
  liveRewritten,
  totalAnswer,
  windowsAnswer,
} from '@kilowink/api';
import { encodeReportV2 } from '@kilowink/core/report';
import { measurementId } from './measurements.ts';
import { TruthSite } from './testing.ts';

const ID = '00112233aabbccdd';
const WINDOW_MS = 5_000;
const HOUR_MS = 3_600_000;
const NEWEST = 59;

/** What window n holds. */
const countOf = (number: number) => 1 + (number % 4);

/** A sensor whose windows are in the middle of the hour before this one; they come as asked, late ones too. */
class Flashes {
  readonly #site: TruthSite;
  readonly #endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS / 2;

  constructor(site: TruthSite) {
    this.#site = site;
  }

  async send(from: number, to: number): Promise<void> {
    const numbers = Array.from({ length: to - from + 1 }, (_, back) => to - back);
    const bytes = encodeReportV2({
      ...{ sensorId: ID, bootId: 7, newestNumber: to, oldestNumber: 0, windowMs: WINDOW_MS, batteryMv: null },
      cumulativeCount: Array.from({ length: to + 1 }, (_, n) => countOf(n)).reduce((a, b) => a + b, 0),
      ageMs: Date.now() - this.#endMs + (NEWEST - to) * WINDOW_MS,
      firmware: { major: 1, minor: 0, patch: 0 },
      light: { baselineMv: 400, amplitudeMv: 650, noise100Uv: 20, state: 'good' },
      windows: numbers.map((number) => ({ count: countOf(number), lastFlashMs: 1_000 })),
    });
    const { url } = this.#site.server;
    const answer = await fetch(`${url}/sensor/report`, { method: 'POST', body: Buffer.from(bytes) });
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
  }
}

/** An open page. */
class Page implements AsyncDisposable {
  readonly points: LivePoints[] = [];
  readonly rewritten: LiveRewritten[] = [];
  readonly heard = new Set<number>();
  #cursor = '';
  readonly #abort = new AbortController();
  #isOpen = false;

  static async open(site: TruthSite, cursor?: string): Promise<Page> {
    const page = new Page();
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const { body } = await fetch(`${site.server.url}/api/v1/live${query}`, { signal: page.#abort.signal });
    assert.ok(body);
    void page.#read(body).catch(() => {});
    await page.until(() => page.#isOpen);
    return page;
  }

  get cursor(): string {
    return this.#cursor;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** All measurements of a series told so far, by start; null where they count nowhere. */
  told(series: number): (number | null)[] {
    const values = new Map<number, number | null>();
    for (const each of this.points.filter((some) => some.series === series)) {
      for (const [startMs, , energyWh] of each.points) values.set(startMs, energyWh);
      for (const [startMs] of each.leftOut ?? []) values.set(startMs, null);
    }
    return [...values].sort(([a], [b]) => a - b).map(([, value]) => value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.#take(event);
    }
  }

  #take(event: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1] ?? '';
    this.#cursor = field('id') || this.#cursor;
    const data = JSON.parse(field('data') || '{}');
    const name = field('event');
    if (name === 'hello') this.#isOpen = true;
    if (name === 'points') this.points.push(livePoints.parse(data));
    if (name === 'rewritten') this.rewritten.push(liveRewritten.parse(data));
    if (name === 'heard') this.heard.add(data.series);
  }
}

/** A site with windows 0 to 9 and 50 to 59, and the ends of what is between. */
async function openSite(settings: Readonly<Record<string, unknown>> = {}) {
  const site = await TruthSite.open({ store: { groupMs: 0 }, ...settings });
  const flashes = new Flashes(site);
  await flashes.send(0, 9);
  await flashes.send(50, 59);
  await site.login();
  const { columns } = windowsAnswer.parse(await site.get('/series/1/windows?from=1970-01-01&to=2100-01-01'));
  const from = (columns.start[9] ?? 0) + WINDOW_MS;
  const to = columns.start[10] ?? 0;
  assert.equal(to - from, 40 * WINDOW_MS);
  const correct = async (body: object) => {
    const { correction } = correctionAnswer.parse(await site.post('/series/1/corrections', body));
    return correction ?? assert.fail('a correction');
  };
  const totalWh = async (series = 1) =>
    totalAnswer.parse(await site.get(`/series/${series}/total?from=1970-01-01&to=2100-01-01`)).energyWh;
  return { site, flashes, from, to, correct, totalWh };
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

const counts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => countOf(from + at));

test('a measurement that comes late into a bad stretch is told as left out, one behind it as measured', async () => {
  const { site, flashes, from, correct, totalWh } = await openSite();
  await using _ = site;
  await correct({ from, to: from + 20 * WINDOW_MS, kind: 'bad' });
  await using page = await Page.open(site);
  await flashes.send(10, 49);
  await page.until(() => page.told(1).length === 40);
  assert.deepEqual(page.told(1), [...new Array(20).fill(null), ...counts(30, 49)]);
  assert.equal(await totalWh(), sum([...counts(0, 9), ...counts(30, 59)]));
});

test('live values, the total and the measurements follow a factor, also for a page that comes back', async () => {
  const { site, flashes, from, correct, totalWh } = await openSite();
  await using _ = site;
  const { id } = await correct({
    from: from - 5 * WINDOW_MS,
    to: from + 10 * WINDOW_MS,
    kind: 'scale',
    factor: 2,
  });
  await using page = await Page.open(site);
  const { cursor } = page;
  await flashes.send(10, 49);
  const expected = [...counts(10, 19).map((count) => 2 * count), ...counts(20, 49)];
  await page.until(() => page.told(1).length === 40);
  assert.deepEqual(page.told(1), expected);
  const all = [...counts(0, 4), ...counts(5, 19).map((count) => 2 * count), ...counts(20, 59)];
  assert.equal(await totalWh(), sum(all));
  const read = async () =>
    windowsAnswer.parse(await site.get('/series/1/windows?from=1970-01-01&to=2100-01-01')).columns;
  assert.deepEqual((await read()).correctedWh, all);
  assert.deepEqual((await read()).energyWh, counts(0, 59));
  await using back = await Page.open(site, cursor);
  await back.until(() => back.told(1).length === 40);
  assert.deepEqual(back.told(1), expected);
  await site.delete(`/series/1/corrections/${id}`);
  await page.until(() => page.rewritten.length > 0);
  assert.equal((await read()).correctedWh, undefined);
  await using again = await Page.open(site, cursor);
  await again.until(() => again.told(1).length === 40);
  assert.deepEqual(again.told(1), counts(10, 49));
});

test('a measurement that comes into a stretch of a set total makes it be read again whole', async () => {
  const { site, flashes, from, to, correct, totalWh } = await openSite();
  await using _ = site;
  const start = from - 10 * WINDOW_MS;
  await correct({ from: start, to, kind: 'total', energyWh: 60, into: 'shape' });
  await using page = await Page.open(site);
  await flashes.send(10, 49);
  await page.until(() => page.rewritten.some(({ fromMs, toMs }) => fromMs === start && toMs === to));
  const factor = 60 / sum(counts(0, 49));
  const told = page.told(1);
  assert.ok(
    told.length === 40 &&
      told.every((value, at) => Math.abs((value ?? 0) - factor * countOf(at + 10)) < 1e-9),
  );
  assert.ok(Math.abs((await totalWh()) - 60 - sum(counts(50, 59))) < 1e-9);
});

test('a page that shows a measurement of several sensors is told of it', async () => {
  const measurements = [{ id: 'house', sources: [`optical/${ID}`, 'optical/other'] }];
  const { site, flashes, from, correct, totalWh } = await openSite({ measurements });
  await using _ = site;
  const house = measurementId('house');
  await using page = await Page.open(site);
  await correct({ from, to: from + 10 * WINDOW_MS, kind: 'bad' });
  await page.until(() => page.rewritten.some(({ series }) => series === house));
  await flashes.send(10, 49);
  await page.until(() => page.told(house).length === 40 && page.heard.has(house));
  assert.deepEqual(page.told(house), page.told(1));
  assert.deepEqual(page.told(house).slice(8, 12), [null, null, ...counts(20, 21)]);
  assert.equal(await totalWh(house), await totalWh());
});

test('a page is told to read an hour again when another source becomes the better one of it', async () => {
  const measurements = [{ id: 'house', sources: [`optical/${ID}`, 'optical/other'] }];
  const { site, flashes, from } = await openSite({ measurements });
  await using _ = site;
  const house = measurementId('house');
  const hourMs = Math.floor(from / HOUR_MS) * HOUR_MS;
  site.put({ source: 'optical/other' }, { startMs: hourMs, durationMs: 60_000 }, [9, 9, 9, 9]);
  const shown = async () => {
    const answer = windowsAnswer.parse(
      await site.get(`/series/${house}/windows?from=${hourMs}&to=${hourMs + HOUR_MS}`),
    );
    return answer.columns.energyWh.length;
  };
  assert.equal(await shown(), 4);
  await using page = await Page.open(site);
  await flashes.send(10, 49);
  assert.equal(await shown(), 60);
  const range = { series: house, fromMs: hourMs, toMs: hourMs + HOUR_MS };
  await page.until(() => page.rewritten.some((each) => JSON.stringify(each) === JSON.stringify(range)));
  // What is marked bad in part of an hour may give the whole hour to another source.
  const path = '/series/1/corrections';
  await site.post(path, { from, to: from + 30 * WINDOW_MS, kind: 'bad' });
  assert.equal(await shown(), 4);
  const told = () => page.rewritten.filter((each) => JSON.stringify(each) === JSON.stringify(range)).length;
  await page.until(() => told() > 1);
  // As more comes after it, the hour is the first one's again.
  const before = told();
  await flashes.send(60, 99);
  assert.equal(await shown(), 100);
  await page.until(() => told() > before);
});

test('a page that is opened after an hour has turned is told when it turns back', async () => {
  const measurements = [{ id: 'house', sources: [`optical/${ID}`, 'optical/other'] }];
  const { site, flashes, from } = await openSite({ measurements });
  await using _ = site;
  const house = measurementId('house');
  const hourMs = Math.floor(from / HOUR_MS) * HOUR_MS;
  const isHour = ({ series, fromMs, toMs }: LiveRewritten) =>
    series === house && fromMs === hourMs && toMs === hourMs + HOUR_MS;
  {
    await using page = await Page.open(site);
    await flashes.send(10, 19);
    await page.until(() => page.heard.has(house));
  }
  site.put({ source: 'optical/other' }, { startMs: hourMs, durationMs: 60_000 }, [9, 9, 9, 9]);
  await using page = await Page.open(site);
  await flashes.send(60, 99);
  await page.until(() => page.rewritten.some(isHour));
});
