import { equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Workplace } from '../testing.ts';

const CURRENTS = ['--current-dark', '0.4', '--current-flash', '6'];

describe('kilowink photodiode', () => {
  it('tells the resistor, the bandwidth and the levels', async () => {
    using place = new Workplace();
    const { stdout, exitCode } = await place.run('photodiode', ...CURRENTS, '--adc', 'esp32s3');
    equal(exitCode, 0);
    match(stdout, /^resistor +390 kΩ$/m);
    match(stdout, /^bandwidth +4081 Hz {2}an edge takes 0\.086 ms of 40 ms$/m);
    match(stdout, /^height +2184 mV/m);
    const json = await place.run('photodiode', ...CURRENTS, '--adc', '3100:6', '--json');
    equal(JSON.parse(json.stdout).resistanceOhm, 390_000);
  });

  it('says what is wrong with a resistor that is there', async () => {
    using place = new Workplace();
    const { stdout } = await place.run('photodiode', ...CURRENTS, '--adc', 'samd21', '--resistor', '1M');
    match(stdout, /the light fills the range/);
  });

  it('says what was expected', async () => {
    using place = new Workplace();
    const wrong = await place.run(
      'photodiode',
      '--current-dark',
      '6',
      '--current-flash',
      '6',
      '--adc',
      'samd21',
    );
    equal(wrong.exitCode, 2);
    match(wrong.stderr, /--current-flash: expected more than --current-dark \(6 µA\), 6 µA came/);
    const board = await place.run('photodiode', ...CURRENTS, '--adc', 'arduino');
    match(
      board.stderr,
      /expected esp32s3, samd21 or full scale and noise in mV such as 3300:2, "arduino" came/,
    );
  });
});
