// What the simulated meter says, heard by the decoder.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrame, type TicFrame, TicParser } from '@kilowink/core/tic';
import { steppedLoad } from '../load/index.ts';
import { createRandom } from '../random/index.ts';
import { CONTRACT_NAMES } from './contract.ts';
import { createTicLine, createTicMeter, type TicMode } from './index.ts';

const START_MS = Date.UTC(2026, 0, 12, 9);

/** A house that changes its mind every minute, up to `peakW`. */
function powersFrom(seed: number, peakW: number) {
  const random = createRandom(seed);
  const powersMw = Float64Array.from({ length: 997 }, () => Math.floor(random.next() ** 3 * peakW * 1_000));
  return steppedLoad({ startMs: START_MS, stepMs: 60_000, powersMw });
}

/** A meter in every form: contract, phases, mode, producer or not. */
function* everyMeter() {
  let seed = 1;
  for (const contract of CONTRACT_NAMES) {
    for (const phases of [1, 3] as const) {
      for (const mode of ['historique', 'standard'] as const satisfies readonly TicMode[]) {
        for (const isProducer of [false, true]) {
          seed += 1;
          const name = `${contract}, ${phases} phases, ${mode}, ${isProducer ? 'producer' : 'consumer'}`;
          yield { name, contract, phases, mode, isProducer, seed };
        }
      }
    }
  }
}

for (const { name, ...form } of everyMeter()) {
  test(`the decoder takes every frame of a day whole: ${name}`, () => {
    const meter = createTicMeter({
      ...form,
      load: powersFrom(form.seed, 8_000),
      production: powersFrom(form.seed + 100, form.isProducer ? 6_000 : 1),
      startMs: START_MS,
      startIndexesWh: [1_000],
    });
    const line = createTicLine(meter, { seed: form.seed });
    const parser = new TicParser();
    for (let minute = 0; minute < 1_440; minute += 7) {
      line.seek(START_MS + minute * 60_000);
      const sent = line.take();
      const frames: TicFrame[] = [];
      parser.feed(sent.received, { frame: (frame) => void frames.push(frame) });
      const [frame] = frames;
      assert.ok(frames.length === 1 && frame !== undefined, `${frames.length} frames at minute ${minute}`);
      assert.equal(frame.state, sent.kind === 'interrupted' ? 'interrupted' : 'complete');
      const reading = readFrame(frame);
      assert.equal(reading.mode, form.mode);
      if (sent.kind !== 'interrupted') assert.equal(reading.meterId, sent.snapshot.serial);
      if (sent.kind === 'long') assert.equal(reading.totalIndexWh, sent.snapshot.drawnWh);
      if (form.mode === 'standard') {
        assert.equal(reading.atMs, Math.floor(sent.startMs / 1_000) * 1_000);
        assert.equal(reading.tempoToday, sent.snapshot.tempoToday);
        assert.equal(reading.tempoTomorrow, sent.snapshot.tempoTomorrow);
        if (form.isProducer) assert.equal(reading.injectedIndexWh, sent.snapshot.injectedWh);
      }
    }
    const { badChecksum, badFormat, unknownLabel } = parser.counters;
    assert.deepEqual([badChecksum, badFormat, unknownLabel], [0, 0, 0]);
  });
}

test('a bad line never makes an index of what was not sent', () => {
  const meter = createTicMeter({
    load: powersFrom(5, 6_000),
    phases: 1,
    contract: 'offPeak',
    mode: 'standard',
    startMs: START_MS,
    seed: 9,
  });
  const line = createTicLine(meter, { seed: 2, noise: { flip: 0.000_3, lostHead: 0.3, cutGroup: 0.01 } });
  const parser = new TicParser();
  let complete = 0;
  for (let i = 0; i < 1_500; i++) {
    const { received, snapshot } = line.take();
    const heard = (frame: TicFrame) => {
      if (!frame.complete) return;
      complete += 1;
      assert.equal(readFrame(frame).totalIndexWh, snapshot.drawnWh);
    };
    parser.feed(received, { frame: heard });
  }
  assert.ok(complete > 300 && complete < 1_400, `${complete} complete frames`);
});
