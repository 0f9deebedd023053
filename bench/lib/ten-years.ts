import { systemClock } from '../../packages/server/src/app/index.ts';
import { openSqliteStore, type SeriesId } from '../../packages/store/src/index.ts';
import { renderHouse } from './house.ts';

const HOURS_A_YEAR = 8_760;
/** The last year ends here; far enough back that every day is stored as a sealed block. */
const END_MS = Date.UTC(2026, 0, 1);

/** Fills a new store with so many years of the rendered house, flashes counted every 5 s; returns the series. */
export function storeYears(folder: string, years: number): SeriesId {
  const store = openSqliteStore({ folder, clock: systemClock });
  const series = store.ensureSeries({ source: 'bench/house', quantity: 'energy', unit: 'Wh', name: 'House' });
  for (let year = years; year > 0; year -= 1) {
    const fromMs = END_MS - year * HOURS_A_YEAR * 3_600_000;
    store.addPoints(series, renderHouse({ fromMs, hours: HOURS_A_YEAR, jitter: 0.02 }));
  }
  store.close();
  return series;
}
