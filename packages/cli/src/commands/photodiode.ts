import {
  chooseLoadResistor,
  describeLoadResistor,
  type LoadResistor,
  type PhotodiodeInputs,
  type ResistorWarning,
} from '@kilowink/core/photodiode';
import { Command, InvalidArgumentError } from 'commander';
import { cliError } from '../errors.ts';
import { styleFor } from '../term/style.ts';

/** What a board's ADC gives at most and how noisy a sample of it is. */
const ADCS: Readonly<Record<string, { fullScaleMv: number; noiseMv: number; title: string }>> = {
  esp32s3: { fullScaleMv: 3_100, noiseMv: 6, title: 'ESP32-S3 at 12 dB: 0 to 3.1 V, 12 bits' },
  samd21: { fullScaleMv: 3_300, noiseMv: 1.5, title: 'SAMD21 (Trinket M0): 0 to 3.3 V, 12 bits' },
};

const WARNINGS: Readonly<Record<ResistorWarning, string>> = {
  bright: 'the light fills the range of the ADC: shade it, or turn the diode away',
  amplitude:
    'a flash is below 30 mV, the least that the detector takes: bring the diode nearer, or choose a larger one',
  snr: 'noise will cost flashes (8.4 is needed): bring the diode nearer, or keep daylight out',
  slow: 'the edge of a flash is slow: take less capacitance',
};

interface PhotodiodeOptions {
  currentDark: number;
  currentFlash: number;
  adc: { fullScaleMv: number; noiseMv: number };
  capacitance: number;
  flash: number;
  rate: number;
  resistor?: number;
  json?: true;
}

const HELP = `
Measure both currents in the diode's place, with a multimeter in series with the diode (reverse biased at 3.3 V) and the
room at its brightest: first while the LED is dark, then while it shines. From a data sheet: irradiance times sensitivity.

ADCs:
${Object.entries(ADCS)
  .map(([name, { title }]) => `  ${name.padEnd(10)}  ${title}`)
  .join('\n')}
  3300:2      any other: full scale in mV, deviation of a sample in mV

Examples:
  kilowink photodiode --current-dark 0.4 --current-flash 6 --adc esp32s3
  kilowink photodiode --current-dark 0.4 --current-flash 6 --adc esp32s3 --resistor 100k`;

/** `kilowink photodiode`: which resistor a photodiode wants, and what to expect of it. */
export function photodiodeCommand(): Command {
  return new Command('photodiode')
    .description('Choose the resistor of an optical sensor, and tell what to expect')
    .requiredOption(
      '--current-dark <µA>',
      'current while the LED is dark, in the brightest room',
      amount(0, 10_000),
    )
    .requiredOption(
      '--current-flash <µA>',
      'current while the LED shines, in the same room',
      amount(0.001, 10_000),
    )
    .requiredOption('--adc <board>', 'what reads it, see below', parseAdc)
    .option(
      '--capacitance <pF>',
      'of the diode, wires and pin, and of a capacitor beside the resistor',
      amount(1, 1e7),
      100,
    )
    .option('--flash <ms>', 'how long the LED shines', amount(1, 1_000), 40)
    .option('--rate <Hz>', 'samples a second', amount(20, 20_000), 1_000)
    .option('--resistor <ohm>', 'describe this one instead of choosing: 220000, 220k, 1M', parseOhm)
    .option('--json', 'one line of JSON')
    .addHelpText('after', HELP)
    .action(describe);
}

function describe(options: PhotodiodeOptions): void {
  if (options.currentFlash <= options.currentDark) {
    throw cliError('cli/usage', {
      reason: `--current-flash: expected more than --current-dark (${options.currentDark} µA), ${options.currentFlash} µA came`,
    });
  }
  const inputs: PhotodiodeInputs = {
    darkCurrentUa: options.currentDark,
    flashCurrentUa: options.currentFlash,
    fullScaleMv: options.adc.fullScaleMv,
    adcNoiseMv: options.adc.noiseMv,
    capacitancePf: options.capacitance,
    rateHz: options.rate,
    flashMs: options.flash,
  };
  const found =
    options.resistor === undefined
      ? chooseLoadResistor(inputs)
      : describeLoadResistor(options.resistor, inputs);
  console.log(options.json === true ? JSON.stringify(found) : lines(found, inputs).join('\n'));
}

function lines(found: LoadResistor, inputs: PhotodiodeInputs): string[] {
  const style = styleFor(process.stdout);
  const share = (mv: number) => `${Math.round((mv / inputs.fullScaleMv) * 100)} % of the range`;
  const rows: readonly (readonly [string, string, string])[] = [
    ['resistor', formatOhm(found.resistanceOhm), ''],
    [
      'bandwidth',
      formatHz(found.bandwidthHz),
      `an edge takes ${found.riseMs.toPrecision(2)} ms of ${inputs.flashMs} ms`,
    ],
    ['dark', `${found.baselineMv.toFixed(0)} mV`, share(found.baselineMv)],
    ['flash', `${found.flashMv.toFixed(0)} mV`, share(found.flashMv)],
    ['height', `${found.amplitudeMv.toFixed(0)} mV`, 'flash less dark; the detector takes 30 mV and more'],
    ['noise', `${found.noiseMv.toPrecision(2)} mV`, 'deviation of a sample'],
    ['SNR', found.snr.toFixed(0), 'of a flash; 8.4 is needed'],
  ];
  return [
    ...rows.map(([name, value, note]) =>
      `${name.padEnd(10)}${value.padStart(10)}  ${style.faint(note)}`.trimEnd(),
    ),
    ...found.warnings.map((warning) => style.warning(WARNINGS[warning])),
  ];
}

function formatOhm(ohm: number): string {
  if (ohm >= 1e6) return `${ohm / 1e6} MΩ`;
  return ohm >= 1_000 ? `${ohm / 1_000} kΩ` : `${ohm} Ω`;
}

function formatHz(hz: number): string {
  return hz >= 10_000 ? `${(hz / 1_000).toFixed(0)} kHz` : `${hz.toFixed(0)} Hz`;
}

function amount(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a number from ${min} to ${max}, "${text}" came`);
  };
}

function parseOhm(text: string): number {
  const found = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text);
  const ohm = Number(found?.[1]) * ({ k: 1e3, M: 1e6 }[found?.[2] ?? ''] ?? 1);
  if (ohm >= 1 && ohm <= 1e8) return ohm;
  throw new InvalidArgumentError(`expected ohms such as 220000, 220k or 1M, "${text}" came`);
}

function parseAdc(text: string): { fullScaleMv: number; noiseMv: number } {
  const known = ADCS[text];
  if (known !== undefined) return known;
  const found = /^(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  const [fullScaleMv, noiseMv] = [Number(found?.[1]), Number(found?.[2])];
  if (fullScaleMv > 0 && noiseMv >= 0) return { fullScaleMv, noiseMv };
  throw new InvalidArgumentError(
    `expected ${Object.keys(ADCS).join(', ')} or full scale and noise in mV such as 3300:2, "${text}" came`,
  );
}
