// Without a schema, for the page takes these too and is to carry none.
import type { EpochMs } from '@kilowink/core/time';

/** Without a report for longer a sensor is silent: those on a battery report every few minutes. */
const SILENT_MS = 600_000;

/** What tells whether a sensor needs somebody. */
interface SensorState {
  readonly lastReportMs: EpochMs | null;
  readonly light?: { readonly state: string } | undefined;
}

/** Whether a sensor has not reported for longer than any of them waits. */
export function isSilent({ lastReportMs }: SensorState, nowMs: EpochMs): boolean {
  return lastReportMs === null || nowMs - lastReportMs > SILENT_MS;
}

/** Whether a sensor does not see its meter's light well. */
export function isPoor({ light }: SensorState): boolean {
  return light !== undefined && light.state !== 'good' && light.state !== 'unknown';
}

/** Tells texts that hold every word of `wanted`, whatever the case and accents; all of them where it has no word. */
export function wordMatcher(wanted: string): (text: string) => boolean {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return (text) => {
    const searched = plain(text);
    return words.every((word) => searched.includes(word));
  };
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
