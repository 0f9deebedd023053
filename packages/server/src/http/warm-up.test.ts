import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { STEPS } from '@kilowink/core/time';
import { openSqliteStore } from '@kilowink/store';
import Fastify from 'fastify';
import { EnergyReader } from '../truth/index.ts';
import { answerBuckets } from './series-routes.ts';
import { addWarmUp, newestQuestions, WarmUp, type WarmUpQuestion } from './warm-up.ts';

const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
const folder = mkdtempSync(join(tmpdir(), 'kilowink-warm-'));
const store = openSqliteStore({ folder, clock, groupMs: 0 });
const reader = new EnergyReader(store);
after(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const START_MS = Date.UTC(2026, 2, 1);
const COUNT = 5_000;

/** Windows of 5 s from `fromMs` on. */
function measure(source: string, fromMs: number): number {
  const series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name: source });
  store.addPoints(series, {
    starts: Float64Array.from({ length: COUNT }, (_, index) => fromMs + index * 5_000),
    durationsMs: new Float64Array(COUNT).fill(5_000),
    values: Float64Array.from({ length: COUNT }, (_, index) => index % 3),
    reports: null,
    disagreements: null,
  });
  return series;
}

function ask({ parameters, query }: WarmUpQuestion): void {
  const routes = { reader, zone: 'Europe/Paris', nowMs: () => clock.wallMs() };
  answerBuckets(routes, parameters, query);
}

test('a store without measurements is asked nothing', () => {
  assert.deepEqual([...newestQuestions(reader)], []);
});

test('the series that measured last is asked in every step, up to its newest measurement, and answers', () => {
  measure('test/old', START_MS);
  const newest = measure('test/new', START_MS + COUNT * 5_000);
  const asked = [...newestQuestions(reader)];
  assert.deepEqual(new Set(asked.map(({ query }) => query.step)), new Set(STEPS.map(({ name }) => name)));
  for (const question of asked) {
    assert.equal(question.parameters.id, String(newest));
    assert.doesNotThrow(() => ask(question));
  }
  const lastMs = START_MS + 2 * COUNT * 5_000;
  for (const { name } of STEPS) {
    const last = asked.findLast(({ query }) => query.step === name);
    assert.ok(last !== undefined && Number(last.query.from) < lastMs && Number(last.query.to) >= lastMs);
  }
});

/** A warm-up on a clock of its own, which the test turns. */
function turned(context: TestContext, questionCount: number) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 0;
  let asked = 0;
  const all = [...newestQuestions(reader)].slice(0, questionCount);
  const warmUp = new WarmUp({
    questions: () => all,
    ask: (question) => {
      ask(question);
      asked += 1;
    },
    clock: { wallMs: () => nowMs, monotonicMs: () => nowMs },
  });
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1) {
      nowMs += 1;
      context.mock.timers.tick(1);
    }
  };
  return { warmUp, pass, count: () => asked };
}

test('it asks all once while it is quiet', (context) => {
  const { warmUp, pass, count } = turned(context, 20);
  warmUp.start();
  assert.equal(count(), 0);
  pass(60_000);
  assert.equal(count(), 20);
});

test('a request has it wait until it is quiet again', (context) => {
  const { warmUp, pass, count } = turned(context, 20);
  warmUp.start();
  while (count() === 0) pass(1);
  const first = count();
  for (let request = 0; request < 30; request += 1) {
    warmUp.noteRequest();
    pass(1_000);
  }
  assert.equal(count(), first);
  pass(60_000);
  assert.equal(count(), 20);
});

test('stopped, it asks no more', (context) => {
  const { warmUp, pass, count } = turned(context, 20);
  warmUp.start();
  while (count() === 0) pass(1);
  const first = count();
  warmUp.stop();
  pass(60_000);
  assert.equal(count(), first);
});

test('a small machine is not kept busy with all of it', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 0;
  let asked = 0;
  const warmUp = new WarmUp({
    questions: () => newestQuestions(reader),
    ask: () => {
      nowMs += 1_500;
      asked += 1;
    },
    clock: { wallMs: () => nowMs, monotonicMs: () => nowMs },
  });
  warmUp.start();
  for (let turn = 0; turn < 100; turn += 1) {
    nowMs += 10_000;
    context.mock.timers.tick(10_000);
  }
  assert.ok(asked > 0 && asked < [...newestQuestions(reader)].length, `${asked} asked`);
});

test('a server begins once it listens, and ends it when it closes', async () => {
  const app = Fastify();
  const looks: number[] = [];
  const told = { ...clock, monotonicMs: () => looks.push(0) };
  addWarmUp(app, { reader, zone: 'Europe/Paris', clock: told });
  app.get('/', () => 'here');
  await app.listen({ host: '127.0.0.1', port: 0 });
  const begun = looks.length;
  assert.ok(begun > 0);
  await app.inject('/');
  assert.ok(looks.length > begun);
  await app.close();
});
