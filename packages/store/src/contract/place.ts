import { QUANTITIES, type Quantity } from '@kilowink/core/series';
import type { Clock, EpochMs } from '@kilowink/core/time';
import type { Store, StoreReader } from '../store.ts';

/** Where an implementation keeps one store, for a test to open, close and open again. */
export interface StorePlace {
  open(): Store;
  /** A writer beside the one that serves, as an import in another process is. */
  openForImport(): Store;
  openReadOnly(): StoreReader;
  remove(): void;
}

/** Makes an empty place whose stores take their time from `clock`, and put nothing off longer than `groupMs` of it. */
export type MakePlace = (clock: Clock, groupMs: number) => StorePlace;

/** A clock that stands until it is set. */
export class StillClock implements Clock {
  nowMs: EpochMs;
  elapsedMs = 0;

  constructor(nowMs: EpochMs) {
    this.nowMs = nowMs;
  }

  wallMs(): EpochMs {
    return this.nowMs;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }
}

/** A store in a place of its own. */
export interface Fixture {
  readonly clock: StillClock;
  readonly place: StorePlace;
  store: Store;
  readonly series: number;
}

const NOW_MS = Date.UTC(2026, 5, 1);

/** Runs `body` with an empty store of one series, and takes everything away afterwards. */
export function withStore(
  make: MakePlace,
  body: (fixture: Fixture) => void,
  quantity: Quantity = 'energy',
): void {
  const clock = new StillClock(NOW_MS);
  const place = make(clock, 10_000);
  try {
    const store = place.open();
    const unit = QUANTITIES[quantity].units[0];
    const series = store.ensureSeries({ source: 'test', quantity, unit, name: 'Test' });
    const fixture = { clock, place, store, series };
    try {
      body(fixture);
    } finally {
      fixture.store.close();
    }
  } finally {
    place.remove();
  }
}

/** What a store must do, by a short fact; each is given an empty store. */
export type Cases = Readonly<Record<string, (fixture: Fixture) => void>>;
