// What the meter's index showed when, and what was measured between: beside the model.
import assert from 'node:assert/strict';
import { type ComparedPeriod, type ModelHouse, near } from './model-house.ts';
import { totalOf } from './model-ledger.ts';

/** Thousandths are told. */
const ROUNDED = 0.001;

interface Told {
  readonly atMs: number;
  readonly indexWh: number;
  readonly origin: string;
}

/** Of every series: its readings, those of the meter itself, and the periods between them. */
export async function compareReadings(house: ModelHouse): Promise<void> {
  const byMoment = (one: { atMs: number }, other: { atMs: number }) => one.atMs - other.atMs;
  for (const { id, source } of await house.series()) {
    const { readings } = (await house.site.get(`/series/${id}/readings`)) as { readings: Told[] };
    const byPerson = readings.filter(({ origin }) => origin === 'person');
    assert.deepEqual(
      byPerson.map(({ atMs, indexWh }) => ({ atMs, indexWh })),
      house.readings
        .filter(({ series }) => house.plan.isJoined || series === id)
        .map(({ atMs, indexWh }) => ({ atMs, indexWh }))
        .toSorted(byMoment),
    );
    for (const { atMs, indexWh, origin } of readings) {
      if (origin !== 'meter') continue;
      const frame = house.frames.find((each) => each.atMs === atMs);
      assert.equal(indexWh, frame?.indexWh, `the meter's index at ${new Date(atMs).toISOString()}`);
    }
    const path = `/series/${id}/compare`;
    const { periods } = (await house.site.get(path)) as { periods: ComparedPeriod[] };
    const ledger = house.corrected(source, id);
    for (const period of periods) {
      const where = `${path}: ${JSON.stringify(period)}`;
      const indexAt = (atMs: number) =>
        readings.filter((each) => each.atMs === atMs).map(({ indexWh }) => indexWh);
      const differences = indexAt(period.toMs).flatMap((to) =>
        indexAt(period.fromMs).map((from) => to - from),
      );
      assert.ok(differences.includes(period.referenceWh), where);
      const wanted = totalOf(ledger, period);
      near(period.measuredWh, wanted.energyWh, where, ROUNDED);
      near(period.recoveredWh, wanted.recoveredWh, where, ROUNDED);
    }
  }
}
