import assert from 'node:assert/strict';
import { HOUR_MS } from '@kilowink/core/time';
import type { CorrectionKind } from '@kilowink/core/truth';
import fc from 'fast-check';
import type { NewCorrection, Store, StoredCorrection } from '../store.ts';
import { pointsOf } from './model.ts';
import type { Cases, Fixture } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);

function correction(series: number, hour: number, kind: CorrectionKind = { kind: 'bad' }): NewCorrection {
  const fromMs = DAY + hour * HOUR_MS;
  return { series, fromMs, toMs: fromMs + HOUR_MS, kind, origin: 'person', note: '', madeMs: DAY };
}

function reopen(fixture: Fixture): void {
  fixture.store.close();
  fixture.store = fixture.place.open();
}

/** What is told of `series` since `cursor`. */
function rewritten(store: Store, cursor: string) {
  const items = store.readChanges(cursor, 100)?.items ?? assert.fail('cursor is known');
  return items.map((item) => (item.kind === 'rewritten' ? [item.fromMs, item.toMs] : [item.kind]));
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), hour: fc.nat(20), other: fc.boolean() }),
  fc.record({ kind: fc.constant('undo' as const), pick: fc.nat(9) }),
  fc.record({ kind: fc.constantFrom('reopen' as const, 'import' as const) }),
);

/** Does a step to the store and to the plain list. */
function take(
  fixture: Fixture,
  { model, second }: { model: StoredCorrection[]; second: number },
  each: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
): void {
  switch (each.kind) {
    case 'put':
      model.push(
        ...fixture.store.putCorrections([correction(each.other ? second : fixture.series, each.hour)]),
      );
      return;
    case 'undo': {
      if (model.length === 0) return;
      const at = model.length - 1 - (each.pick % model.length);
      const undone = fixture.store.undoCorrection(model[at]?.id ?? 0, DAY + at);
      model[at] = { ...undone, undoneMs: model[at]?.undoneMs ?? DAY + at };
      return;
    }
    case 'reopen':
      reopen(fixture);
      return;
    case 'import': {
      const other = fixture.place.openForImport();
      model.push(...other.putCorrections([correction(fixture.series, 3)]));
      other.close();
    }
  }
}

/** Corrections are kept beside what was measured, which they never change. */
export const correctionCases: Cases = {
  'corrections are listed in the order in which they were made, and nothing measured changes': (fixture) => {
    const { series } = fixture;
    fixture.store.addPoints(series, pointsOf([{ startMs: DAY, durationMs: HOUR_MS, value: 500 }]));
    const kinds: CorrectionKind[] = [
      { kind: 'scale', factor: 1.01 },
      { kind: 'total', energy: 700, into: 'gaps' },
      { kind: 'bad' },
    ];
    const made = fixture.store.putCorrections(
      kinds.map((kind, at) => ({ ...correction(series, 5 - at, kind), note: `n${at}` })),
    );
    assert.equal(new Set(made.map(({ id }) => id)).size, 3);
    const check = () => {
      assert.deepEqual(fixture.store.listCorrections(series), made);
      assert.deepEqual(
        made.map(({ kind }) => kind),
        kinds,
      );
      assert.equal(fixture.store.readTotal(series, 0, 2 * DAY).sum, 500);
      assert.equal([...fixture.store.readPoints(series, DAY, 2 * DAY)][0]?.values[0], 500);
    };
    check();
    reopen(fixture);
    check();
    fixture.store.seal(DAY + 48 * HOUR_MS);
    check();
  },

  'a correction that is taken back stays listed, with when': (fixture) => {
    const { series } = fixture;
    const [made] = fixture.store.putCorrections([correction(series, 1)]);
    assert.ok(made);
    const undone = fixture.store.undoCorrection(made.id, DAY + 7);
    assert.deepEqual(undone, { ...made, undoneMs: DAY + 7 });
    const cursor = fixture.store.cursor();
    assert.deepEqual(fixture.store.undoCorrection(made.id, DAY + 9), undone);
    assert.equal(fixture.store.cursor(), cursor);
    reopen(fixture);
    assert.deepEqual(fixture.store.listCorrections(series), [undone]);
    assert.throws(() => fixture.store.undoCorrection(made.id + 1, DAY), { code: 'store/correction' });
  },

  'making and undoing a correction is told as a range to read again': ({ store, series }) => {
    const start = store.cursor();
    const [made] = store.putCorrections([correction(series, 1)]);
    assert.ok(made);
    assert.deepEqual(rewritten(store, start), [[made.fromMs, made.toMs]]);
    const between = store.cursor();
    store.undoCorrection(made.id, DAY);
    assert.deepEqual(rewritten(store, between), [[made.fromMs, made.toMs]]);
  },

  'a correction made beside the server is seen by it and by readers': ({ store, series, place }) => {
    const reader = place.openReadOnly();
    const other = place.openForImport();
    try {
      assert.deepEqual(store.listCorrections(series), []);
      assert.deepEqual(reader.listCorrections(series), []);
      const start = store.cursor();
      const made = other.putCorrections([correction(series, 2)]);
      assert.deepEqual(store.listCorrections(series), made);
      assert.deepEqual(reader.listCorrections(series), made);
      assert.deepEqual(rewritten(store, start), [[made[0]?.fromMs, made[0]?.toMs]]);
      other.undoCorrection(made[0]?.id ?? 0, DAY);
      assert.equal(store.listCorrections(series)[0]?.undoneMs, DAY);
    } finally {
      other.close();
      reader.close();
    }
  },

  'corrections are of energy, of a series that exists, of a stretch, and all are kept or none': (fixture) => {
    const { store, series } = fixture;
    const gauge = store.ensureSeries({ source: 'tic/a', quantity: 'voltage', unit: 'V', name: 'V' });
    assert.throws(() => store.putCorrections([correction(99, 1)]), { code: 'store/series' });
    const empty = { ...correction(series, 1), toMs: correction(series, 1).fromMs };
    for (const refused of [correction(gauge, 1), empty]) {
      assert.throws(() => store.putCorrections([correction(series, 0), refused]));
    }
    assert.deepEqual(store.listCorrections(series), []);
  },

  'a reading says that the meter was replaced': (fixture) => {
    const { series } = fixture;
    const old = { atMs: DAY, indexWh: 5_000, origin: 'person' } as const;
    const first = { atMs: DAY + HOUR_MS, indexWh: 6_000, origin: 'person', isReplaced: true } as const;
    fixture.store.putReadings(series, [old, first]);
    assert.deepEqual(fixture.store.readReadings(series, DAY, DAY + 24 * HOUR_MS), [old, first]);
    reopen(fixture);
    assert.deepEqual(fixture.store.readReadings(series, DAY, DAY + 24 * HOUR_MS), [old, first]);
  },

  'what a person read can be taken away, and says how coarse it is': (fixture) => {
    const { series } = fixture;
    const read = { atMs: DAY, indexWh: 5_000, origin: 'person', resolutionWh: 1_000 } as const;
    const said = { atMs: DAY, indexWh: 5_123, origin: 'meter' } as const;
    fixture.store.putReadings(series, [read, said]);
    assert.deepEqual(fixture.store.readReadings(series, DAY, DAY + 1), [said, read]);
    reopen(fixture);
    assert.deepEqual(fixture.store.readReadings(series, DAY, DAY + 1), [said, read]);
    assert.equal(fixture.store.removeReading(series, DAY), true);
    assert.equal(fixture.store.removeReading(series, DAY), false);
    fixture.store.putReadings(series, [read]);
    assert.equal(fixture.store.removeReading(series, DAY), true);
    reopen(fixture);
    assert.deepEqual(fixture.store.readReadings(series, DAY, DAY + 1), [said]);
  },

  'whatever is made, undone and reopened, the list is that of a plain list': (fixture) => {
    const second = fixture.store.ensureSeries({ source: 'b', quantity: 'energy', unit: 'Wh', name: 'B' });
    const model: StoredCorrection[] = [];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        for (const each of steps) take(fixture, { model, second }, each);
        for (const series of [fixture.series, second]) {
          const wanted = model.filter((each) => each.series === series);
          assert.deepEqual(fixture.store.listCorrections(series), wanted);
        }
      }),
      { numRuns: 8 },
    );
  },
};
