import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readTicVectors } from '../../../../tools/lib/tic-vectors.ts';
import { TicPlausibility } from './plausibility.ts';
import { readFrame } from './read-frame.ts';
import type { TicReading } from './reading.ts';
import { hear, historique } from './testing.ts';

/** A reading of a meter of 9 kVA with one price. */
function base(
  indexWh: number,
  more: { meterId?: string; option?: string; currentA?: string } = {},
): TicReading {
  const { meterId = '021861000001', option = 'BASE', currentA = '45' } = more;
  const digits = String(indexWh).padStart(9, '0');
  const line = [
    historique('ADCO', meterId),
    historique('OPTARIF', option),
    historique('ISOUSC', currentA),
    historique('BASE', digits),
  ].join('');
  const [reading] = hear(`\x02${line}\x03`).frames.map((frame) => readFrame(frame));
  if (reading === undefined) throw new TypeError('the line has no frame');
  return reading;
}

function registerOf(judged: ReturnType<TicPlausibility['judge']>) {
  return judged.indexes.find(({ label }) => label === 'BASE');
}

test('an index that grows is believed, with what was added', () => {
  const guard = new TicPlausibility();
  deepEqual(registerOf(guard.judge(base(1_000), 0)), {
    label: 'BASE',
    indexWh: 1_000,
    addedWh: null,
    step: 'first',
  });
  deepEqual(registerOf(guard.judge(base(1_002), 2_000)), {
    label: 'BASE',
    indexWh: 1_002,
    addedWh: 2,
    step: 'grew',
  });
});

test('a spike is held, and gone with the next frame: no energy, no event', () => {
  const guard = new TicPlausibility();
  guard.judge(base(1_000), 0);
  const spike = guard.judge(base(41_001), 2_000);
  deepEqual(
    spike.held.find(({ label }) => label === 'BASE'),
    {
      label: 'BASE',
      indexWh: 41_001,
      lastWh: 1_000,
      reason: 'jumped',
    },
  );
  equal(registerOf(spike), undefined);
  const next = guard.judge(base(1_003), 4_000);
  equal(registerOf(next)?.addedWh, 3);
  deepEqual(next.changes, []);
});

test('an index that falls is held; a second frame makes it a change, and no energy', () => {
  const guard = new TicPlausibility();
  guard.judge(base(900_000), 0);
  equal(guard.judge(base(12), 2_000).held[0]?.reason, 'fell');
  const second = guard.judge(base(13), 4_000);
  deepEqual(registerOf(second), { label: 'BASE', indexWh: 13, addedWh: null, step: 'confirmed' });
  deepEqual(second.changes[0], { kind: 'indexChange', label: 'BASE', fromWh: 900_000, toWh: 13 });
});

test('two different spikes in a row are both held', () => {
  const guard = new TicPlausibility();
  guard.judge(base(1_000), 0);
  guard.judge(base(41_001), 2_000);
  equal(registerOf(guard.judge(base(81_001), 4_000)), undefined);
  equal(registerOf(guard.judge(base(1_004), 6_000))?.addedWh, 4);
});

test('the growth that is borne follows the subscribed power and the time', () => {
  const steps = [
    { afterMs: 2_000, addedWh: 14, isBelieved: true },
    { afterMs: 2_000, addedWh: 40, isBelieved: false },
    { afterMs: 3_600_000, addedWh: 13_000, isBelieved: true },
    { afterMs: 3_600_000, addedWh: 30_000, isBelieved: false },
  ];
  for (const { afterMs, addedWh, isBelieved } of steps) {
    const guard = new TicPlausibility();
    guard.judge(base(1_000), 0);
    const judged = registerOf(guard.judge(base(1_000 + addedWh), afterMs));
    equal(judged !== undefined, isBelieved, `${addedWh} Wh in ${afterMs} ms`);
  }
});

test('nine digits wrap', () => {
  const guard = new TicPlausibility();
  guard.judge(base(999_999_998), 0);
  deepEqual(registerOf(guard.judge(base(1), 2_000)), {
    label: 'BASE',
    indexWh: 1,
    addedWh: 3,
    step: 'wrapped',
  });
});

test('another meter is held, then a change; its indexes start anew', () => {
  const guard = new TicPlausibility();
  guard.judge(base(900_000), 0);
  const other = { meterId: '031961000002' };
  const first = guard.judge(base(5, other), 2_000);
  deepEqual([first.indexes, first.held[0]?.reason], [[], 'otherMeter']);
  const second = guard.judge(base(6, other), 4_000);
  deepEqual(second.changes, [{ kind: 'meterChange', from: '021861000001', to: '031961000002' }]);
  equal(registerOf(second)?.step, 'first');
});

test('a serial number misread once is no change', () => {
  const guard = new TicPlausibility();
  guard.judge(base(900_000), 0);
  guard.judge(base(900_001, { meterId: '021861000007' }), 2_000);
  const next = guard.judge(base(900_002), 4_000);
  deepEqual([next.changes, registerOf(next)?.addedWh], [[], 2]);
});

test('another contract is told once, when a second frame says so', () => {
  const guard = new TicPlausibility();
  guard.judge(base(1_000), 0);
  const changed = { currentA: '60' };
  deepEqual(guard.judge(base(1_001, changed), 2_000).changes, []);
  const [change] = guard.judge(base(1_002, changed), 4_000).changes;
  equal(change?.kind, 'contractChange');
  deepEqual(guard.judge(base(1_003, changed), 6_000).changes, []);
});

test('after a restart the energy since the last known index is known', () => {
  const guard = new TicPlausibility();
  guard.resume('021861000001', [{ label: 'BASE', indexWh: 1_000, atMs: 0 }]);
  equal(registerOf(guard.judge(base(1_500), 600_000))?.addedWh, 500);
});

test('captured streams are believed from end to end', () => {
  const streams = readTicVectors().filter(({ name }) => /^stream-(hist|std)-.*(\d|frames)$/.test(name));
  equal(streams.length > 3, true);
  for (const { name, bytes } of streams) {
    const guard = new TicPlausibility();
    let atMs = 0;
    for (const frame of hear(bytes).frames) {
      const { held, changes } = guard.judge(readFrame(frame), atMs);
      deepEqual([held, changes], [[], []], name);
      atMs += 1_500;
    }
  }
});
