import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openSqliteStore } from '@kilowink/store';
import { MachineTime } from './machine-clock.ts';
import { StoreRuns } from './store-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-runs-'));
after(() => rmSync(folder, { recursive: true }));

const SOURCE = 'optical/192.168.1.20/00';
const timeline = [{ fromNumber: 0, startMs: Date.UTC(2026, 1, 1), intervalMs: 5_000 }];

/** The runs of one series as a process sees them that started `startedMs` after the machine was switched on. */
function open() {
  const clock = { wallMs: () => Date.UTC(2026, 1, 2), monotonicMs: () => 0 };
  const store = openSqliteStore({ folder: mkdtempSync(join(folder, 'data-')), clock, groupMs: 0 });
  const series = store.ensureSeries({ source: SOURCE, quantity: 'energy', unit: 'Wh', name: 'test' });
  const runsOf = (bootId: string, startedMs: number) => {
    const machine = new MachineTime({ bootId, uptimeMs: () => startedMs }, clock);
    return new StoreRuns(store, { series, source: SOURCE, machine });
  };
  return { store, runsOf };
}

test('what is saved is known by the clock of the next process, and not once the machine was switched off', () => {
  const { store, runsOf } = open();
  const first = runsOf('one', 1_000);
  const run = first.createRun(timeline);
  const saved = { run, phaseS: 3, startedMs: 50, heardSinceUp: true, offsetMs: 700_000 };
  first.saveState({ runs: [saved], upPending: false, upMs: 40 });
  const known = { run, phaseS: 3, heardSinceUp: true, firstNumber: 0, lastNumber: -1, timeline };
  assert.deepEqual(runsOf('one', 9_000).restore(), {
    runs: [{ ...known, startedMs: -7_950, offsetMs: 708_000 }],
    ...{ upPending: false, upMs: -7_960 },
  });
  assert.deepEqual(runsOf('two', 9_000).restore(), {
    runs: [{ ...known, startedMs: null, offsetMs: null }],
    ...{ upPending: false, upMs: null },
  });
  store.close();
});

test('what an older server saved is read', () => {
  const { store, runsOf } = open();
  const runs = runsOf('one', 1_000);
  const run = runs.createRun(timeline);
  store.putSourceState(SOURCE, JSON.stringify({ runs: [{ run, phaseS: 3 }], upPending: true }));
  assert.deepEqual(runs.restore(), {
    runs: [
      {
        ...{ run, phaseS: 3, heardSinceUp: false, startedMs: null, offsetMs: null },
        ...{ firstNumber: 0, lastNumber: -1, timeline },
      },
    ],
    ...{ upPending: true, upMs: null },
  });
  store.close();
});
