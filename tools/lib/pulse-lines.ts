import { PULSE_STATES, PulseDetector, type PulseFlash, type PulseWindow } from '@kilowink/core/pulse';

/** A trace of light with what is needed to look at it. */
export interface Trace {
  readonly rateHz: number;
  readonly fullScaleMv: number;
  readonly samplesMv: Int16Array;
}

/** What the TypeScript detector says of a trace, in the words of firmware/core/test/pulse_host.c. */
export function eventLines(trace: Trace, chunkSizes: Iterable<number> = [trace.samplesMv.length]): string[] {
  const { rateHz, fullScaleMv, samplesMv } = trace;
  const detector = new PulseDetector({ rateHz, fullScaleMv });
  const lines: string[] = [];
  const sink = {
    flash: (flash: PulseFlash) => {
      lines.push(`f ${flash.windowNumber} ${flash.sample} ${flash.amplitudeUv} ${flash.length16}`);
    },
    window: (window: PulseWindow) => {
      const { number, state, count, lastFlashSample, baselineMv, amplitudeMv, noiseUv, lengthUs, lateCount } =
        window;
      const code = PULSE_STATES.indexOf(state);
      lines.push(
        `w ${number} ${code} ${count} ${lastFlashSample} ${baselineMv} ${amplitudeMv} ${noiseUv} ${lengthUs} ${lateCount}`,
      );
    },
  };
  let from = 0;
  for (const size of chunkSizes) {
    if (from >= samplesMv.length) break;
    detector.feed(samplesMv.subarray(from, from + size), sink);
    from += size;
  }
  detector.feed(samplesMv.subarray(from), sink);
  return lines;
}
