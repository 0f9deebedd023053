import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { RATE_HZ_MAX, RATE_HZ_MIN, SAMPLE_MV_MAX } from '@kilowink/core/pulse';
import { Command, InvalidArgumentError, Option } from 'commander';
import { plotSvg } from '../detect/plot-svg.ts';
import { readTrace, TRACE_FORMATS, type TraceFormat } from '../detect/read-trace.ts';
import { type Detected, formatDetected, runDetect } from '../detect/run-detect.ts';
import { cliError } from '../errors.ts';
import { openTextSink } from '../export/text-sink.ts';

interface DetectOptions {
  rate: number;
  format: TraceFormat;
  fullScale: number;
  times?: true;
  plot?: string;
}

const HELP = `
It runs the sensor's own detector over samples of the photodiode and tells, window by window, what it counted and why
it did not: "weak" (noise is near the flashes), "none" (no flash recognised yet), "saturated" (blinded by light) and
"missing" are said, and what was not measured is null, not 0. The first two flashes after a start count once a third
like them has come, and not when that takes more than a window.

Examples:
  kilowink detect trace.txt --times             a number of mV a line, at 1 kHz
  kilowink detect --format s16 --rate 40 -      from the standard input
  kilowink detect trace.txt --plot trace.svg    a picture of light, base, threshold and flashes, for a browser`;

/** `kilowink detect`: what the sensor would count in a recorded trace, and why. */
export function detectCommand(): Command {
  return new Command('detect')
    .description('Count the flashes in a recorded trace of light, and show why')
    .argument('<file>', 'samples in mV; - for the standard input')
    .option('--rate <Hz>', 'samples a second', wholeFrom(RATE_HZ_MIN, RATE_HZ_MAX), 1_000)
    .addOption(
      new Option('--format <format>', 'a whole number of mV a line, or 16-bit little-endian integers')
        .choices(TRACE_FORMATS)
        .default('text'),
    )
    .option('--full-scale <mV>', 'what the ADC gives at most', wholeFrom(1, SAMPLE_MV_MAX), 3_300)
    .option('--times', 'list the time of each flash')
    .option('--plot <file>', 'write a picture (SVG)')
    .addHelpText('after', HELP)
    .action(detect);
}

async function detect(file: string, options: DetectOptions): Promise<void> {
  const { rate, format, fullScale, plot } = options;
  const detected = await runDetect(readTrace(file, format), {
    rateHz: rate,
    fullScaleMv: fullScale,
    isDrawn: plot !== undefined,
  });
  if (plot !== undefined)
    await writePlot(plot, { title: titleOf(file, detected, rate), detected, rateHz: rate });
  const sink = openTextSink(undefined);
  await sink.write(formatDetected(detected, { rateHz: rate, isTimed: options.times === true }));
  await sink.end();
}

function titleOf(file: string, detected: Detected, rateHz: number): string {
  const name = file === '-' ? 'standard input' : basename(file);
  return `${name}: ${detected.flashSamples.length} flashes in ${detected.samples / rateHz} s at ${rateHz} Hz`;
}

async function writePlot(
  path: string,
  from: { title: string; detected: Detected; rateHz: number },
): Promise<void> {
  const { title, detected, rateHz } = from;
  const { plot, flashSamples, windows, windowSamples } = detected;
  if (plot === undefined) return;
  try {
    await writeFile(path, plotSvg(plot, { title, rateHz, flashSamples, windows, windowSamples }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliError('cli/output', { path, reason }, error);
  }
}

function wholeFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
  };
}
