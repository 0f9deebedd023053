// The gateway's parts in C: golden vectors, random lines on which the TypeScript twin agrees, messages that are the
// product's own to the byte, and settings that take nothing by halves.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeGatewayMessage } from '@kilowink/core/gateway';
import { constantLoad } from '@kilowink/sim/load';
import { createTicLine, createTicMeter } from '@kilowink/sim/tic';
import fc from 'fast-check';
import { askWinkyTs } from '../packages/sim/src/winky/testing.ts';
import { readVectors } from '../vectors/read-vectors.ts';
import { askWinkyC, buildWinkyC } from './lib/winky-c.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-winky-c-'));
after(() => rmSync(folder, { recursive: true }));
const program = join(folder, 'winky_host');
const problem = buildWinkyC(program);

function ask(lines: readonly string[]): string[] {
  assert.equal(problem, null);
  return askWinkyC(program, lines);
}

interface Vector {
  readonly name: string;
  readonly lines: readonly string[];
  readonly answers: readonly string[];
}

for (const file of ['vectors/winky/schedule.jsonl', 'vectors/winky/minutes.jsonl']) {
  test(`C, ${file}`, () => {
    const vectors = readVectors<Vector>(file);
    assert.ok(vectors.length >= 7);
    for (const { name, lines, answers } of vectors) assert.deepEqual(ask(lines), answers, name);
  });
}

const mv = fc.integer({ min: 0, max: 6_000 });
const scheduleLine = fc.oneof(
  fc.tuple(mv, mv, fc.integer({ min: 0, max: 3_600 })).map((numbers) => `sleep ${numbers.join(' ')}`),
  fc.tuple(mv, mv).map((numbers) => `cycle ${numbers.join(' ')}`),
  mv.map((now) => `decide ${now}`),
  mv.map((now) => `seconds ${now}`),
);
const uptime = fc.integer({ min: 0, max: 20_000 });
const minuteLine = fc.oneof(
  fc.tuple(uptime, fc.integer({ min: 0, max: 70_000 })).map((numbers) => `add ${numbers.join(' ')}`),
  fc.integer({ min: 0, max: 400 }).map((minute) => `read ${minute}`),
);

test('TypeScript and C agree on random lines', () => {
  const runs = fc.sample(
    fc.tuple(fc.array(scheduleLine, { maxLength: 40 }), fc.array(minuteLine, { maxLength: 60 })),
    300,
  );
  const lines = runs.flatMap(([schedule, minutes]) => {
    return ['options 3450 4950 100 30 600', ...schedule, 'minutes', ...minutes];
  });
  assert.deepEqual(ask(lines), askWinkyTs(lines));
});

function frameHex(change: Partial<Parameters<typeof createTicMeter>[0]>): string {
  const meter = createTicMeter({
    ...{ load: constantLoad(1_200), phases: 1, contract: 'base', mode: 'historique' },
    ...{ startMs: Date.UTC(2026, 0, 12, 9), seed: 3, ...change },
  });
  return Buffer.from(createTicLine(meter, { seed: 1 }).take().sent).toString('hex');
}

/** Groups of a frame by its bytes, as a message has them. */
function groupsOf(hex: string) {
  const text = Buffer.from(hex, 'hex').toString('latin1').slice(1, -1);
  const isStandard = text.includes('\t');
  const groups = text
    .split('\r')
    .slice(0, -1)
    .map((group): [string, string | [string, string]] => {
      const body = group.slice(1, -2);
      const fields = isStandard
        ? body.split('\t')
        : [body.slice(0, body.indexOf(' ')), body.slice(body.indexOf(' ') + 1)];
      const [label = '', first = '', second] = fields;
      return [label, second === undefined ? first : [first, second]];
    });
  return Object.fromEntries(groups);
}

test('messages are the product’s own, byte for byte, with and without a past', () => {
  const forms = [
    {},
    { contract: 'tempo' },
    { mode: 'standard' },
    { mode: 'standard', phases: 3, contract: 'tempo', isProducer: true },
  ] as const;
  for (const form of forms) {
    const hex = frameHex(form);
    const numbers = { boot: 7, sequence: 9, ageMs: 1_250 };
    const vitals = {
      ...{ capacitorMinMv: 4_321, capacitorMaxMv: 4_987, awakeMs: 3_700, sleepMs: 30_000, joinMs: 950 },
      ...{
        publishMs: 410,
        rssiDbm: -67,
        framesOk: 12,
        framesBad: 1,
        boots: 7,
        bootReason: 'power',
        firmware: 'sim',
      },
    };
    const asked = '7 9 1250 4321 4987 3700 30000 950 410 -67 12 1 7';
    const lines = ['minutes', 'add 5 100', 'add 50 201', 'add 130 5000', `frame ${hex}`];
    const answers = ask([...lines, `message ${asked} 0 0 0`, `message ${asked} 0 3 12345`]);
    assert.equal(answers[4], '0 1 1250');
    const past = {
      newest: 2,
      ageMs: 12_345,
      min: [100, null, 5_000],
      mean: [151, null, 5_000],
      max: [201, null, 5_000],
    };
    const message = { ...numbers, atMs: null, state: 'complete', groups: groupsOf(hex), vitals } as const;
    for (const [answer, told] of [
      [answers[5], null],
      [answers[6], past],
    ] as const) {
      assert.equal(answer, Buffer.from(encodeGatewayMessage({ ...message, past: told })).toString());
    }
  }
});

test('the end of a frame with a false start is not told as a frame', () => {
  const hex = frameHex({});
  const second = hex.indexOf('0a', hex.indexOf('0a') + 2);
  assert.match(ask([`frame 02${hex.slice(second)}`])[0] ?? '', /^0 0 /);
  assert.match(ask([`frame ${hex}`])[0] ?? '', /^0 1 1250$/);
});

test('settings take all of an object or nothing', () => {
  const json = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('hex');
  const good = {
    sensor: 'cellar',
    wifi: 'a "b" \\ c/d',
    broker: 'broker.local',
    port: 8883,
    tls: true,
    sleepS: 60,
  };
  const bad: readonly (readonly [unknown, string])[] = [
    ['', '-6'],
    ['[]', '-6'],
    ['{"sleepS":60', '-6'],
    ['{"sleepS":60}x', '-6'],
    ['{"sleepS":60,}', '-6'],
    ['{"sleepS":60,"wifi":"\\u0041"}', '-6'],
    ['{"sleepS":{}}', '-6'],
    [{ sleepS: 60, nothing: 1 }, '-8'],
    [{ sleepS: 4 }, '-1'],
    ['{"sleepS":-60}', '-6'],
    [{ sleepS: '60s' }, '-1'],
    [{ tls: 1 }, '-1'],
    [{ sensor: 'a/b' }, '-1'],
    [{ sensor: '' }, '-1'],
    [{ wifi: 'x'.repeat(33) }, '-1'],
    [{ broker: 'x'.repeat(65) }, '-6'],
    [{ fingerprint: 'abc' }, '-1'],
  ];
  const lines = [
    'settings',
    `apply ${json(good)}`,
    'record',
    ...bad.map(([value]) => `apply ${json(value)}`),
    'record',
  ];
  const answers = ask(lines);
  assert.equal(answers[1], '6');
  assert.deepEqual(
    answers.slice(3, -1),
    bad.map(([, error]) => error),
  );
  assert.equal(answers.at(-1), answers[2]);
  assert.equal(ask([`load ${answers[2]}`, 'record'])[1], answers[2]);
});

test('no bytes at all make settings of nothing', () => {
  const runs = fc
    .sample(fc.oneof(fc.json(), fc.string()), 500)
    .map((text) => Buffer.from(text).toString('hex'));
  const answers = ask(['settings', 'record', ...runs.map((hex) => `apply ${hex}`)]);
  assert.equal(answers.length, runs.length + 2);
  for (const answer of answers.slice(2)) assert.match(answer, /^(0|-1|-6|-8)$/);
});
