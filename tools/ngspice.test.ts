// The energy simulator beside ngspice, on the same circuit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CircuitOptions,
  createSource,
  ESP_01S,
  OUR_CIRCUIT,
  OUR_DURATIONS,
  OUR_SCHEDULE,
  recordScope,
} from '@kilowink/sim/winky';
import { runBridge, runLife, valueAt } from './lib/ngspice.ts';

const VOLTS = [0.2, 1, 2, 3, 4, 5, 5.5];

function bridgeOf(circuit: CircuitOptions) {
  return { volts: VOLTS, currentsA: runBridge(circuit.source, VOLTS) };
}

test('the bridge gives what ngspice says, wave by wave', (t) => {
  const source = createSource(OUR_CIRCUIT.source);
  const { currentsA } = bridgeOf(OUR_CIRCUIT);
  const errors = currentsA.map((currentA, i) => {
    const ours = source.currentA(VOLTS[i] ?? 0);
    return (ours - currentA) / currentA;
  });
  const worst = errors.reduce((most, error) => (Math.abs(error) > Math.abs(most) ? error : most), 0);
  t.diagnostic(`largest difference: ${(100 * worst).toFixed(3)} % of the current`);
  assert.ok(Math.abs(worst) < 0.01, `${worst}`);
});

test('first start, normal life, outage and return are ngspice’s curve', (t) => {
  const outage = { fromMs: 600_000, toMs: 1_500_000 };
  // A slow network makes the curve move.
  const durations = { ...OUR_DURATIONS, joinMs: 8_000, coldJoinMs: 8_000 };
  const trace = recordScope({
    ...{ circuit: OUR_CIRCUIT, consumption: ESP_01S, schedule: OUR_SCHEDULE, readMs: 2_100, durations },
    ...{ durationMs: 1_800_000, outage },
  });
  const curve = runLife(OUR_CIRCUIT, bridgeOf(OUR_CIRCUIT), {
    trace,
    loadA: (index) => ESP_01S[trace.states[index] ?? 'off'],
    suppliedFrom: [
      [0, true],
      [outage.fromMs, false],
      [outage.toMs, true],
    ],
  });
  let worstV = 0;
  let worstMs = 0;
  trace.times.forEach((atMs, i) => {
    // At an edge of the load the two mean different sides of it.
    if (trace.states[i] !== trace.states[i + 2] || trace.states[i] !== trace.states[i - 2]) return;
    const errorV = Math.abs((trace.voltagesV[i] ?? 0) - valueAt(curve, atMs / 1_000));
    if (errorV <= worstV) return;
    worstV = errorV;
    worstMs = atMs;
  });
  const { startV, delayMs } = OUR_CIRCUIT.supervisor;
  const crossing = curve.timesS.find((_, i) => (curve.values[i] ?? 0) >= startV) ?? 0;
  const startErrorMs = (trace.starts[0] ?? 0) - delayMs - crossing * 1_000;
  t.diagnostic(`largest difference: ${(1_000 * worstV).toFixed(1)} mV, at ${worstMs / 1_000} s`);
  t.diagnostic(
    `first start: ${((trace.starts[0] ?? 0) / 1_000).toFixed(2)} s, ${startErrorMs.toFixed(0)} ms apart`,
  );
  assert.ok(trace.messages.length > 5);
  assert.ok(worstV < 0.03, `${worstV} V at ${worstMs} ms`);
  assert.ok(Math.abs(startErrorMs) < 0.01 * (trace.starts[0] ?? 0), `${startErrorMs} ms`);
});
