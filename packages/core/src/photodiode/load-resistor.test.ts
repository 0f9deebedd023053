import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseLoadResistor, describeLoadResistor, type PhotodiodeInputs } from './index.ts';

const inputs: PhotodiodeInputs = {
  darkCurrentUa: 2,
  flashCurrentUa: 10,
  fullScaleMv: 3_100,
  adcNoiseMv: 4,
  capacitancePf: 100,
  rateHz: 1_000,
  flashMs: 40,
};

test('the resistor is the largest of its series with which the brightest flash fills four fifths of the range', () => {
  const found = chooseLoadResistor(inputs);
  // 0.8 × 3100 mV ÷ 10 µA = 248 kΩ
  assert.equal(found.resistanceOhm, 220_000);
  assert.deepEqual([found.baselineMv, found.flashMv, found.amplitudeMv], [440, 2_200, 1_760]);
  assert.ok(Math.abs(found.bandwidthHz - 7_234) < 1);
  assert.ok(Math.abs(found.riseMs - 0.0484) < 1e-4);
  assert.deepEqual(found.warnings, []);
});

test('a large capacitance limits it by the edge of a flash', () => {
  const { resistanceOhm, riseMs } = chooseLoadResistor({
    ...inputs,
    flashCurrentUa: 2.1,
    capacitancePf: 100_000,
    flashMs: 15,
  });
  assert.ok(riseMs <= 5);
  assert.equal(resistanceOhm, 22_000);
});

test('what speaks against it is said', () => {
  const dim = chooseLoadResistor({ ...inputs, darkCurrentUa: 100, flashCurrentUa: 100.5, adcNoiseMv: 20 });
  assert.deepEqual(dim.warnings, ['amplitude', 'snr']);
  assert.deepEqual(describeLoadResistor(1e6, inputs).warnings, ['bright']);
  assert.deepEqual(describeLoadResistor(220_000, { ...inputs, capacitancePf: 1e6, flashMs: 15 }).warnings, [
    'slow',
  ]);
});

test('noise of the resistor and of the light: kT/C of 100 pF is 6.4 µV', () => {
  const { noiseMv } = describeLoadResistor(1_000, {
    ...inputs,
    adcNoiseMv: 0,
    darkCurrentUa: 0,
    flashCurrentUa: 1e-9,
  });
  assert.ok(Math.abs(noiseMv - 0.00642) < 0.0001);
});

test('whatever is given, a standard resistor within range comes out', () => {
  const amount = (max: number) => fc.double({ min: 1e-3, max, noNaN: true });
  fc.assert(
    fc.property(amount(1e3), amount(1e4), amount(5_000), amount(1e6), (dark, more, scale, capacitance) => {
      const found = chooseLoadResistor({
        ...inputs,
        darkCurrentUa: dark,
        flashCurrentUa: dark + more,
        fullScaleMv: scale,
        capacitancePf: capacitance,
      });
      assert.ok(found.resistanceOhm >= 100 && found.resistanceOhm <= 10e6);
      assert.ok(found.flashMv <= scale * 0.8 + 1e-6 || found.resistanceOhm === 100);
    }),
  );
});
