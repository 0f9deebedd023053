import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeGatewayMessage, type GatewayMessage } from '@kilowink/core/gateway';
import { constantLoad } from '../load/index.ts';
import { createTicLine, createTicMeter, type LineNoise } from '../tic/index.ts';
import {
  ARTICLE_CIRCUIT,
  ARTICLE_DURATIONS,
  createLineReader,
  createMinuteRing,
  createSchedule,
  createSource,
  createWinky,
  DIODE_1N4148,
  decideWake,
  ESP_01S,
  fixedSchedule,
  GUARANTEED_SUPPLY,
  learnCycle,
  learnSleep,
  MINUTES_KEPT,
  makePlan,
  OUR_CIRCUIT,
  OUR_DURATIONS,
  OUR_SCHEDULE,
  recordScope,
  sleepSeconds,
  type WinkyOptions,
} from './index.ts';

const START_MS = Date.UTC(2026, 0, 12, 9);
const OURS = {
  circuit: OUR_CIRCUIT,
  consumption: ESP_01S,
  durations: OUR_DURATIONS,
  schedule: OUR_SCHEDULE,
  readMs: 2_100,
};
const ARTICLE = {
  circuit: ARTICLE_CIRCUIT,
  consumption: ESP_01S,
  durations: ARTICLE_DURATIONS,
  schedule: fixedSchedule(30),
  readMs: 2_100,
};

function within(value: number, low: number, high: number): void {
  assert.ok(value >= low && value <= high, `expected ${low} to ${high}, ${value} came`);
}

describe('the supply', () => {
  test('keeps what the specification promises, and no more', () => {
    const { openVrms, resistanceOhm } = GUARANTEED_SUPPLY;
    for (const loadOhm of [225, 280, 335]) {
      const volts = (openVrms * loadOhm) / (loadOhm + resistanceOhm);
      within(volts, 5.39, 6.61);
      within(volts ** 2 / loadOhm, 0.129, 0.132);
    }
  });

  test('gives less the fuller the capacitors are, and nothing above its peak', () => {
    const source = createSource({ ...GUARANTEED_SUPPLY, diode: DIODE_1N4148 });
    const currents = [0, 1, 2, 3, 4, 5, 10, 16.5].map((volts) => source.currentA(volts));
    assert.deepEqual(
      currents,
      currents.toSorted((a, b) => b - a),
    );
    within(source.currentA(4), 0.02, 0.024);
    assert.equal(source.currentA(18), 0);
  });

  test('as much charge goes in as comes out and stays', () => {
    const trace = recordScope({ ...OURS, durationMs: 100_000 });
    const source = createSource(OUR_CIRCUIT.source);
    let coulomb = 0;
    trace.times.forEach((atMs, i) => {
      const volts = trace.voltagesV[i] ?? 0;
      const durationS = (atMs - (trace.times[i - 1] ?? 0)) / 1_000;
      coulomb += source.currentA(volts + 2.5 * source.currentA(volts)) * durationS;
    });
    // The slow part of the capacitors lags behind, and the resistance stands between.
    within(coulomb / (trace.voltagesV.at(-1) ?? 0), 0.97, 1);
  });
});

describe('the figures of the article', () => {
  const outage = { fromMs: 600_000, toMs: 900_000 };
  const trace = recordScope({
    ...ARTICLE,
    durationMs: 1_200_000,
    outage,
    isMeterNoticed: false,
    everyMs: 20,
  });

  test('about 70 s to the first start', () => {
    within(trace.starts[0] ?? 0, 65_000, 80_000);
  });

  test('about 12 s awake a cycle, and 30 s of sleep are enough for it', () => {
    const plan = makePlan({ ...ARTICLE, schedule: { ...OUR_SCHEDULE, stopMv: 3_300, fullMv: 3_980 } });
    within(plan.awakeMs, 11_000, 13_000);
    within(plan.periodMs, plan.awakeMs, plan.awakeMs + 30_000);
    const messages = trace.messages.filter((atMs) => atMs < outage.fromMs);
    const periods = messages.slice(1).map((atMs, i) => atMs - (messages[i] ?? 0));
    assert.ok(periods.length >= 8);
    for (const period of periods) within(period, 38_000, 46_000);
  });

  test('about 15 s of bouncing when mains goes, and by itself again when it is back', () => {
    const cuts = trace.cuts.filter((atMs) => atMs > outage.fromMs && atMs < outage.toMs);
    within((cuts.at(-1) ?? 0) - (cuts[0] ?? 0), 8_000, 25_000);
    assert.ok(cuts.length >= 5);
    assert.ok(trace.messages.some((atMs) => atMs > outage.toMs));
  });
});

describe('our circuit', () => {
  test('starts once, never bounces, and goes on by itself after an outage', () => {
    const outage = { fromMs: 900_000, toMs: 40_000_000 };
    const trace = recordScope({ ...OURS, durationMs: 41_000_000, outage, everyMs: 1_000 });
    assert.equal(trace.starts.filter((atMs) => atMs < outage.toMs).length, 1);
    assert.equal(trace.cuts.length, 1);
    within(trace.cuts[0] ?? 0, outage.fromMs + 3_600_000, outage.toMs);
    assert.ok(trace.messages.some((atMs) => atMs > outage.toMs));
    for (const volts of trace.voltagesV) assert.ok(volts <= 5.01);
  });

  test('its plan holds in its life: the shortest period neither empties nor fills the capacitors', () => {
    const { durations, schedule } = OURS;
    const slow = { ...durations, joinMs: 9_000 };
    const plan = makePlan({ ...OURS, durations: slow });
    assert.ok(plan.isStorable);
    const endOf = (factor: number) => {
      const sleepS = Math.max(1, Math.round(((plan.periodMs - plan.awakeMs) * factor) / 1_000));
      const fixed = { ...schedule, ...fixedSchedule(sleepS) };
      const trace = recordScope({
        ...OURS,
        durations: slow,
        schedule: fixed,
        startV: 4.4,
        durationMs: 3_600_000,
      });
      return { cuts: trace.cuts.length, lastV: trace.voltagesV.at(-1) ?? 0 };
    };
    assert.equal(endOf(1.25).cuts, 0);
    assert.ok(endOf(0.6).cuts > 0);
  });

  test('a slow network makes it sleep longer, and never cuts it', () => {
    for (const joinMs of [1_000, 6_000, 12_000]) {
      const durations = { ...OUR_DURATIONS, joinMs, coldJoinMs: joinMs };
      const trace = recordScope({ ...OURS, durations, durationMs: 3_600_000, everyMs: 1_000 });
      assert.equal(trace.cuts.length, 0, `${joinMs} ms`);
      assert.ok(trace.messages.length >= 40, `${trace.messages.length} messages at ${joinMs} ms`);
    }
  });
});

describe('the schedule', () => {
  test('a greater cost counts at once, a smaller one slowly', () => {
    const state = createSchedule();
    learnCycle(state, { beforeMv: 4_900, afterMv: 4_000 });
    assert.equal(state.costMv, 900);
    learnCycle(state, { beforeMv: 4_900, afterMv: 4_800 });
    assert.equal(state.costMv, 800);
  });

  test('nothing is started that may not be finished', () => {
    const state = { costMv: 500, gainUvPerS: 20_000 };
    assert.equal(decideWake(state, OUR_SCHEDULE, 3_500), 'sleep');
    assert.equal(decideWake(state, OUR_SCHEDULE, 4_049), 'read');
    assert.equal(decideWake(state, OUR_SCHEDULE, 4_050), 'whole');
    assert.equal(sleepSeconds(state, OUR_SCHEDULE, 3_050), 50);
    assert.equal(sleepSeconds(state, OUR_SCHEDULE, 4_900), 30);
    assert.equal(sleepSeconds({ ...state, gainUvPerS: 0 }, OUR_SCHEDULE, 4_000), 600);
  });

  test('full capacitors tell only what a sleep brought at least', () => {
    const state = { costMv: 500, gainUvPerS: 20_000 };
    learnSleep(state, OUR_SCHEDULE, { beforeMv: 4_900, afterMv: 5_000, sleptS: 60 });
    assert.equal(state.gainUvPerS, 20_000);
    learnSleep(state, OUR_SCHEDULE, { beforeMv: 4_000, afterMv: 4_300, sleptS: 60 });
    assert.equal(state.gainUvPerS, 16_250);
  });

  test('without a measured voltage it does everything at its shortest period', () => {
    assert.equal(decideWake(createSchedule(), OUR_SCHEDULE, 0), 'whole');
    assert.equal(sleepSeconds(createSchedule(), OUR_SCHEDULE, 0), 30);
  });
});

test('minutes keep lowest, mean and highest, and forget the oldest', () => {
  const ring = createMinuteRing();
  for (const [uptimeS, powerVa] of [
    [0, 100],
    [30, 301],
    [59, 200],
    [180, 70_000],
  ] as const) {
    ring.add(uptimeS, powerVa);
  }
  const last = { minVa: 65_534, meanVa: 65_534, maxVa: 65_534 };
  assert.deepEqual(ring.read(0, 5), [{ minVa: 100, meanVa: 200, maxVa: 301 }, null, null, last, null]);
  ring.add(60 * (MINUTES_KEPT + 2), 1);
  assert.equal(ring.oldest, 3);
  assert.deepEqual(ring.read(0, 4), [last]);
});

/** A gateway on a simulated meter. */
function winkyOn(change: Partial<WinkyOptions> & { noise?: LineNoise; phases?: 1 | 3 } = {}) {
  const meter = createTicMeter({
    load: constantLoad(1_200),
    phases: change.phases ?? 1,
    contract: 'base',
    mode: 'historique',
    startMs: START_MS,
    seed: 3,
  });
  const line = createTicLine(meter, { seed: 4, noise: change.noise ?? {} });
  const reader = createLineReader(line, change.isSupplied ?? (() => true));
  return { meter, winky: createWinky({ reader, startMs: START_MS, seed: 5, startV: 4.9, ...change }) };
}

/** Its messages over so long, stored or not as `isStored` says. */
function messagesOf(
  winky: ReturnType<typeof createWinky>,
  untilMs: number,
  isStored: (atMs: number) => boolean = () => true,
) {
  const stored: { atMs: number; message: GatewayMessage }[] = [];
  let answer = false;
  while (winky.atMs < untilMs) {
    const event = winky.take(answer);
    if (event.kind !== 'publish') continue;
    answer = isStored(event.atMs);
    const decoded = decodeGatewayMessage(event.bytes);
    assert.ok(decoded.ok);
    if (answer) stored.push({ atMs: event.atMs, message: decoded.value });
  }
  return stored;
}

describe('a gateway', () => {
  test('publishes a whole frame about every half minute, with its vitals', () => {
    const { winky } = winkyOn();
    const messages = messagesOf(winky, START_MS + 1_800_000);
    within(messages.length, 45, 55);
    const { message } = messages.at(-1) ?? messages[0] ?? assert.fail();
    assert.equal(message.groups['PAPP'], '01250');
    assert.equal(message.sequence, messages.length);
    assert.equal(message.past, null);
    const { capacitorMinMv = 0, awakeMs = 0, framesOk = 0, boots } = message.vitals ?? {};
    within(capacitorMinMv, 4_500, 5_000);
    within(awakeMs, 2_000, 9_000);
    within(framesOk, 45, 56);
    assert.equal(boots, 1);
  });

  test('tells the minutes of an outage of the broker when it is back, each once, none left out', () => {
    const { winky } = winkyOn();
    const away = [START_MS + 600_000, START_MS + 1_500_000] as const;
    const messages = messagesOf(winky, START_MS + 2_700_000, (atMs) => atMs < away[0] || atMs >= away[1]);
    const told = messages.filter(({ message }) => message.past !== null);
    assert.ok(told.length >= 1 && told.length <= 3, `${told.length} messages with a past`);
    const minutes = told.flatMap(({ message: { past } }) => {
      return (past?.mean ?? []).map((meanVa, i, all) => ({
        minute: (past?.newest ?? 0) - all.length + 1 + i,
        meanVa,
      }));
    });
    const measured = new Set(minutes.filter(({ meanVa }) => meanVa === 1_250).map(({ minute }) => minute));
    for (let minute = 12; minute < 24; minute++) assert.ok(measured.has(minute), `minute ${minute}`);
  });

  test('sends only frames that it has whole, from a bad line too', () => {
    const { winky } = winkyOn({ noise: { flip: 0.002, lostHead: 0.2 } });
    const messages = messagesOf(winky, START_MS + 3_600_000);
    assert.ok(messages.length > 40, `${messages.length} messages`);
    for (const { message } of messages) {
      assert.equal(message.groups['PAPP'], '01250');
      assert.equal(Object.keys(message.groups).length, 10, JSON.stringify(message.groups));
    }
    assert.ok((messages.at(-1)?.message.vitals?.framesBad ?? 0) > 0);
  });

  test('a loss of power costs it what it remembered, and gives another boot', () => {
    const isSupplied = (atMs: number) => atMs < START_MS + 600_000 || atMs > START_MS + 36_000_000;
    const { winky } = winkyOn({ isSupplied });
    const messages = messagesOf(winky, START_MS + 37_200_000);
    assert.deepEqual([...new Set(messages.map(({ message }) => message.boot))], [1, 2]);
    assert.equal(messages.find(({ message }) => message.boot === 2)?.message.sequence, 1);
  });
});
