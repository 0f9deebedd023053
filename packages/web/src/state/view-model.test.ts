import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createZone } from '../time/zone.ts';
import type { View } from './view.ts';
import { type ViewHistory, ViewModel } from './view-model.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 5, 15, 12);
const ZONE = createZone('Europe/Paris');

/** A browser's history as a list. */
class ListHistory implements ViewHistory {
  readonly entries: View[] = [];
  at = 0;
  onBack: (view: View) => void = () => undefined;

  push(view: View): void {
    this.entries.splice(this.at + 1, Number.POSITIVE_INFINITY, view);
    this.at++;
  }

  replace(view: View): void {
    this.entries[this.at] = view;
  }

  back(): boolean {
    const view = this.entries[this.at - 1];
    if (view === undefined) return false;
    this.at--;
    this.onBack(view);
    return true;
  }
}

function contextAt(nowMs: number): ConstructorParameters<typeof ViewModel>[0]['context'] {
  return { nowMs, zone: ZONE, extent: { fromMs: NOW_MS - 1_000 * HOUR_MS, toMs: nowMs } };
}

function createModel(view: View): { model: ViewModel; history: ListHistory } {
  const history = new ListHistory();
  const model = new ViewModel({ view, context: contextAt(NOW_MS), spanMsMin: 30_000, history });
  history.onBack = (restored) => model.restore(restored);
  return { model, history };
}

test('a gesture of many movements makes one entry, and back undoes it whole', () => {
  const { model, history } = createModel({
    kind: 'range',
    fromMs: NOW_MS - 9 * HOUR_MS,
    toMs: NOW_MS - 8 * HOUR_MS,
  });
  const before = model.range.get();
  for (let step = 1; step <= 20; step++) {
    model.moveTo({ fromMs: before.fromMs - step * 1e5, toMs: before.toMs - step * 1e5 });
  }
  model.settle();
  assert.equal(history.entries.length, 2);
  model.back();
  assert.deepEqual(model.range.get(), before);
});

test('back with nothing to undo shows everything', () => {
  const { model } = createModel({ kind: 'last', spanMs: HOUR_MS });
  model.back();
  assert.deepEqual(model.view.get(), { kind: 'all' });
});

test('a view that follows moves with the clock until the reader pans', () => {
  const { model } = createModel({ kind: 'last', spanMs: HOUR_MS });
  model.advance(contextAt(NOW_MS + 60_000));
  assert.equal(model.range.get().toMs, NOW_MS + 60_000);
  const { fromMs, toMs } = model.range.get();
  model.moveTo({ fromMs: fromMs - HOUR_MS, toMs: toMs - HOUR_MS });
  model.advance(contextAt(NOW_MS + 120_000));
  model.settle();
  model.advance(contextAt(NOW_MS + 180_000));
  assert.equal(model.range.get().toMs, toMs - HOUR_MS);
  assert.equal(model.isLive, false);
});

test('a view that follows stands still for ten seconds after the pointer has moved over it', () => {
  const { model } = createModel({ kind: 'last', spanMs: HOUR_MS });
  model.hold();
  model.advance(contextAt(NOW_MS + 5_000));
  assert.equal(model.range.get().toMs, NOW_MS);
  model.advance(contextAt(NOW_MS + 10_000));
  assert.equal(model.range.get().toMs, NOW_MS + 10_000);
});

test('zooming at the right edge of a following view keeps it following', () => {
  const { model } = createModel({ kind: 'last', spanMs: HOUR_MS });
  model.zoomAt(NOW_MS, 0.5);
  model.settle();
  assert.deepEqual(model.view.get(), { kind: 'last', spanMs: HOUR_MS / 2 });
  model.advance(contextAt(NOW_MS + 5_000));
  assert.equal(model.range.get().toMs, NOW_MS + 5_000);
});

test('zooming elsewhere leaves the present', () => {
  const { model } = createModel({ kind: 'last', spanMs: HOUR_MS });
  model.zoomAt(NOW_MS - HOUR_MS / 2, 0.5);
  model.settle();
  assert.equal(model.view.get().kind, 'range');
});

test('resuming follows the present with the span on show, if that is a day or less', () => {
  const { model } = createModel({ kind: 'range', fromMs: NOW_MS - 9 * HOUR_MS, toMs: NOW_MS - 7 * HOUR_MS });
  model.resumeLive();
  assert.deepEqual(model.range.get(), { fromMs: NOW_MS - 2 * HOUR_MS, toMs: NOW_MS });
  model.go({ kind: 'all' });
  model.resumeLive();
  assert.deepEqual(model.view.get(), { kind: 'last', spanMs: HOUR_MS / 4 });
});

test('a movement against a limit is none, so that the page may scroll', () => {
  const { model, history } = createModel({ kind: 'all' });
  assert.equal(model.zoomAt(NOW_MS - HOUR_MS, 2), true, 'the rest of today can still be shown');
  assert.equal(model.zoomAt(NOW_MS - HOUR_MS, 2), false);
  model.settle();
  assert.equal(history.entries.length, 2);
});

test('pressing the same preset twice makes no second entry', () => {
  const { model, history } = createModel({ kind: 'last', spanMs: HOUR_MS });
  model.go({ kind: 'today' });
  model.go({ kind: 'today' });
  assert.equal(history.entries.length, 2);
});
