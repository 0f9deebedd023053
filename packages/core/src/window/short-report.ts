import type { ReportV2, ShortReportV2, WindowV2 } from '../report/index.ts';
import type { Boot } from './boot.ts';

/** Windows last so long where only the short form was heard, which does not say it. */
const WINDOW_MS = 5_000;

/**
 * A boot that was first heard by the short form has no known identity but its low half. It is kept under a number beyond
 * all identities, and is the boot of a full report with that low half.
 */
const PROVISIONAL = 2 ** 32;

/** What a boot is kept under whose low half alone is known. */
export function provisionalBootId(low: number): number {
  return PROVISIONAL + low;
}

/** Whether a boot may be the one with that low half. */
export function hasLowHalf(bootId: number, low: number): boolean {
  return bootId % 0x1_0000 === low;
}

/** Whether a boot was only heard by the short form, and may be the one of this identity. */
export function isProvisionalFor(known: number, bootId: number): boolean {
  return known >= PROVISIONAL && hasLowHalf(known, bootId % 0x1_0000);
}

/** A short report as a full one would say it. */
export interface CompletedReport {
  readonly report: ReportV2;
  /**
   * Whether the cumulative count follows from those known before. Otherwise it stands for nothing, and what came before
   * these windows and never will is lost with its energy.
   */
  readonly isCountKnown: boolean;
}

/**
 * Fills in what the short form leaves out, from what is known of its boot; `boot` is null where it was never heard.
 * Null where the report holds no window that can be used.
 */
export function completeShort(
  short: ShortReportV2,
  of: { boot: Boot | null; bootId: number },
): CompletedReport | null {
  const { boot, bootId } = of;
  const windows = windowsOf(short);
  if (windows.length === 0) return null;
  const { newestNumber } = short;
  const first = newestNumber - windows.length + 1;
  const count = boot === null ? null : countOf(boot, windows, newestNumber);
  const ownCount = sumOf(windows, windows.length);
  const report: ReportV2 = {
    ...{ bootId, newestNumber, windows },
    sensorId: '',
    // Older ones may still come in full reports: the short form says nothing of what the sensor holds.
    oldestNumber: Math.min(first, boot?.oldestNumber ?? first),
    cumulativeCount: Math.max(ownCount, count ?? ownCount),
    ageMs: 0,
    windowMs: boot?.windowMs ?? WINDOW_MS,
    batteryMv: null,
    firmware: { major: 0, minor: 0, patch: 0 },
    light: { baselineMv: 0, amplitudeMv: 0, noise100Uv: 0, state: 'unknown' },
  };
  return { report, isCountKnown: count !== null || first === 0 };
}

/** The windows up to the first lost one: what a lost one held is not known here, so nothing before it adds up. */
function windowsOf({ counts, newestNumber }: ShortReportV2): WindowV2[] {
  const inBoot = counts.slice(0, newestNumber + 1);
  const lost = inBoot.indexOf('lost');
  return (lost < 0 ? inBoot : inBoot.slice(0, lost)).map((count) =>
    typeof count === 'number' ? { count, lastFlashMs: null } : { absent: count },
  );
}

/** The cumulative count with the newest window, from those of the boot; null when it does not follow from them. */
function countOf(boot: Boot, windows: readonly WindowV2[], newest: number): number | null {
  const first = newest - windows.length + 1;
  const { topNumber, topCount } = boot;
  // Among windows that are known, or beside a gap, none is asked for.
  if (newest < topNumber) return sumOf(windows, windows.length);
  return topCount === null || first > topNumber + 1 ? null : topCount + sumOf(windows, newest - topNumber);
}

/** Flashes in the newest `length` windows. */
function sumOf(windows: readonly WindowV2[], length: number): number {
  return windows
    .slice(0, Math.max(0, length))
    .reduce((sum, window) => sum + ('count' in window ? window.count : 0), 0);
}
