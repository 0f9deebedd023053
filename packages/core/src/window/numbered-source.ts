import { type Fault, fault, ok, type Result } from '../error/index.ts';
import type { ReportV2, ShortReportV2 } from '../report/index.ts';
import {
  type Boot,
  beginBoot,
  countWith,
  forgetOld,
  gapsAfter,
  resumeBoot,
  stretchOf,
  toSaved,
} from './boot.ts';
import { cutGap, cutRecovered, type Gap, gapEnergy, type RecoveredEnergy, type Stretch } from './gaps.ts';
import type { NumberedPort, SavedBoots } from './numbered-port.ts';
import type { Reception, RunWindow } from './port.ts';
import { RunClock } from './run-clock.ts';
import { completeShort, hasLowHalf, isProvisionalFor, provisionalBootId } from './short-report.ts';
import type { Taken } from './unnumbered-source.ts';

/** Boots of a sensor that are remembered beyond what the store has of them. */
const BOOTS_KEPT = 4;
/** What goes on as foreseen is remembered once in so many windows; the store knows the rest. */
const SAVE_EVERY_WINDOWS = 60;
/** No sensor holds more windows than this. */
const HELD_WINDOWS_MAX = 200_000;

/** What became of a report whose windows carry numbers. */
export interface TakenNumbered extends Taken {
  /**
   * All windows the sensor still held, up to and with this one, are taken in; null when not even the first is. Durable
   * once the store has written its group.
   */
  readonly acknowledged: number | null;
}

const NOTHING_TAKEN: TakenNumbered = {
  ...{ added: 0, repeated: 0, disagreed: 0, missed: 0, clockStepMs: 0 },
  newRun: false,
  acknowledged: null,
};

interface Met {
  readonly boot: Boot;
  readonly isNew: boolean;
}

/**
 * One sensor that speaks report version 2. Its boot and its windows carry their identity, so nothing is guessed: each
 * window is stored once, what never came is known by its energy, and what has come is acknowledged.
 */
export class NumberedSource {
  readonly #port: NumberedPort;
  /** Newest first. */
  #boots: Boot[];
  #isKnown: boolean;

  /** `saved`: what `saveState` was given last. `isKnown`: whether anything of the sensor is stored. */
  constructor(port: NumberedPort, saved: SavedBoots | null, isKnown = saved !== null) {
    this.#port = port;
    this.#isKnown = isKnown;
    this.#boots = [];
    for (const { bootId } of saved?.boots ?? []) {
      const boot = this.#resume(bootId, saved);
      if (boot !== null) this.#boots.push(boot);
    }
  }

  /** Windows that are known to be missing, and may still come. */
  get missing(): number {
    return this.#boots.reduce((sum, boot) => sum + missingIn(boot.gaps), 0);
  }

  /**
   * Takes a report in. Faults, which leave everything as it is: `report/cumulative` where its cumulative count does not
   * fit those of other reports, `report/window-length` where windows were of another length before.
   */
  report(report: ReportV2, at: Reception): Result<TakenNumbered, Fault> {
    return this.#accept(report, at, true);
  }

  /**
   * Takes a report of the short form in, which an advertisement carries: it lacks half of the boot's identity, which is
   * found among the boots that are remembered, and the cumulative count, which goes on from what is known. Faults are
   * those of `report`.
   */
  shortReport(short: ShortReportV2, at: Reception): Result<TakenNumbered, Fault> {
    const low = short.bootIdLow;
    const bootId = this.#boots.find((boot) => hasLowHalf(boot.bootId, low))?.bootId ?? provisionalBootId(low);
    const boot = this.#find({ bootId, oldestNumber: 0 });
    const completed = completeShort(short, { boot, bootId });
    if (completed === null) return ok(NOTHING_TAKEN);
    return this.#accept(completed.report, at, completed.isCountKnown);
  }

  #accept(report: ReportV2, at: Reception, isCountKnown: boolean): Result<TakenNumbered, Fault> {
    const met = this.#find(report);
    if (met !== null && !isCountKnown) met.topCount = null;
    if (met !== null && met.windowMs !== report.windowMs) {
      const message = `report of boot ${report.bootId}: expected windows of ${met.windowMs} ms, ${report.windowMs} came`;
      return fault({ code: 'report/window-length', message });
    }
    // The count of an unheard boot is only known to be possible, so nothing is made before it is.
    const draft = met ?? this.#draft(report, at, isCountKnown);
    const came = stretchOf(report);
    const after = gapsAfter(draft, report, came);
    if (after.contradiction !== null) {
      return fault({ code: 'report/cumulative', message: `report: ${after.contradiction}` });
    }
    const { boot, isNew } = met === null ? this.#begin(draft) : { boot: met, isNew: false };
    const taken = this.#take({ boot, isNew }, { report, at, came, gaps: after.gaps });
    if (!isCountKnown) boot.topCount = null;
    return ok(taken);
  }

  #take(
    met: Met,
    of: { report: ReportV2; at: Reception; came: Stretch; gaps: readonly Gap[] },
  ): TakenNumbered {
    const { boot } = met;
    const { report, at, came, gaps } = of;
    const missingBefore = missingIn(boot.gaps);
    const clockStepMs = this.#observe(met, report, at);
    boot.oldestNumber = Math.max(boot.oldestNumber, report.oldestNumber);
    const windows = this.#windowsOf(boot, report);
    const newlyAbsent = noteAbsent(boot, report);
    const isNews = windows.added > 0 || newlyAbsent > 0 || report.newestNumber > boot.topNumber;
    if (isNews) {
      this.#recover(boot, report, came);
      boot.gaps = [...gaps];
      this.#advance(boot, report);
      forgetOld(boot);
      if (windows.changed.length > 0) this.#port.putWindows(boot.run, windows.changed);
      this.#saveWhenDue(boot, met.isNew || newlyAbsent > 0 || missingIn(boot.gaps) !== missingBefore);
    }
    const { added, repeated, disagreed } = windows;
    return {
      ...{ added, repeated, disagreed, clockStepMs },
      missed: missingIn(boot.gaps) - missingBefore,
      newRun: met.isNew,
      acknowledged: acknowledgedOf(boot),
    };
  }

  /** Only a report with windows newer than any before tells the time: a late or repeated one says nothing new. */
  #observe({ boot, isNew }: Met, report: ReportV2, at: Reception): number {
    const wasHeard = boot.isHeard && !isNew;
    boot.isHeard = true;
    if (!isNew && report.newestNumber <= boot.topNumber) return 0;
    const before = boot.clock.timeline;
    const stepMs = boot.clock.observe(report.newestNumber, endOf(report, at));
    if (stepMs !== 0 && wasHeard) this.#shiftOthers(boot, stepMs);
    if (boot.clock.timeline !== before) this.#port.setTimeline(boot.run, boot.clock.timeline);
    return stepMs;
  }

  /** The windows of a report beside what is stored of them. */
  #windowsOf(
    boot: Boot,
    report: ReportV2,
  ): { added: number; repeated: number; disagreed: number; changed: RunWindow[] } {
    const first = report.newestNumber - report.windows.length + 1;
    const known = new Map(
      this.#port
        .readWindows(boot.run, first, report.newestNumber + 1)
        .map((window) => [window.number, window]),
    );
    const tally = { added: 0, repeated: 0, disagreed: 0, changed: [] as RunWindow[] };
    for (const [index, window] of report.windows.entries()) {
      if (!('count' in window)) continue;
      const number = report.newestNumber - index;
      const { count: value, lastFlashMs } = window;
      const stored = known.get(number);
      if (stored === undefined) {
        tally.added += 1;
        tally.changed.push({ number, value, reports: 1, disagreements: 0, lastFlashMs });
      } else {
        tally.repeated += 1;
        const disagrees = stored.value !== null && stored.value !== value;
        if (disagrees) tally.disagreed += 1;
        const disagreements = stored.disagreements + (disagrees ? 1 : 0);
        tally.changed.push({
          ...{ number, value: stored.value ?? value, disagreements },
          reports: stored.reports + 1,
        });
      }
      boot.settled.add(number, number + 1);
    }
    tally.changed.reverse();
    return tally;
  }

  /** Takes what came off the energy that was recovered for it, and recovers that of the windows that were skipped. */
  #recover(boot: Boot, report: ReportV2, came: Stretch): void {
    const gone = this.#port.readRecovered(boot.run, came.first, came.last + 1);
    const made = gone.flatMap((row) => {
      const gap = boot.gaps.find(
        ({ fromNumber, toNumber }) => fromNumber === row.fromNumber && toNumber === row.toNumber,
      );
      if (gap !== undefined) return cutGap(gap, came).map(toRecovered);
      const first = Math.max(row.fromNumber, came.first);
      const last = Math.min(row.toNumber - 1, came.last);
      return cutRecovered(row, {
        first,
        last,
        value: countWith(report, last) - countWith(report, first - 1),
      });
    });
    const { topNumber, topCount } = boot;
    if (topCount !== null && came.first > topNumber + 1) {
      const skipped = { fromNumber: topNumber + 1, toNumber: came.first };
      made.push({ ...skipped, value: came.before - topCount });
    }
    if (gone.length + made.length === 0) return;
    this.#port.replaceRecovered(
      boot.run,
      gone,
      made.filter(({ value }) => value > 0),
    );
  }

  #advance(boot: Boot, report: ReportV2): void {
    if (report.newestNumber <= boot.topNumber) return;
    boot.topNumber = report.newestNumber;
    boot.topCount = report.cumulativeCount;
  }

  #find({ bootId, oldestNumber }: Pick<ReportV2, 'bootId' | 'oldestNumber'>): Boot | null {
    const known =
      this.#boots.find((boot) => boot.bootId === bootId) ??
      this.#boots.find((boot) => isProvisionalFor(boot.bootId, bootId)) ??
      this.#resume(bootId, null);
    if (known === null) return null;
    if (!known.isHeard) this.#recall(known, oldestNumber);
    // A report from before all boots that are remembered must not push one of them out.
    if (!this.#boots.includes(known) && this.#boots.length < BOOTS_KEPT) this.#boots.push(known);
    return known;
  }

  /** A boot before anything is made of it in the store, to see whether its first report is possible. */
  #draft(report: ReportV2, at: Reception, isCountKnown: boolean): Boot {
    const clock = new RunClock(firstTimeline(report, at), report.windowMs);
    return beginBoot(report, { run: -1, clock, isFirstOfSensor: !this.#isKnown || !isCountKnown });
  }

  #begin(draft: Boot): Met {
    const boot = { ...draft, run: this.#port.createRun(draft.bootId, draft.clock.timeline) };
    this.#isKnown = true;
    this.#boots = [boot, ...this.#boots].slice(0, BOOTS_KEPT);
    return { boot, isNew: true };
  }

  #resume(bootId: number, saved: SavedBoots | null): Boot | null {
    const stored = this.#port.findRun(bootId);
    if (stored === null) return null;
    const found = saved?.boots.find((known) => known.bootId === bootId);
    const boot = resumeBoot(bootId, stored, found);
    if (found !== undefined) this.#catchUp(boot, stored.lastNumber);
    return boot;
  }

  /** Adds to the cumulative count what was stored since it was saved. */
  #catchUp(boot: Boot, lastNumber: number): void {
    if (lastNumber <= boot.topNumber) return;
    const since = this.#port.readWindows(boot.run, boot.topNumber + 1, lastNumber + 1);
    boot.topNumber = lastNumber;
    for (const { value } of since) {
      boot.topCount = boot.topCount === null || value === null ? null : boot.topCount + value;
    }
  }

  /** Which of the windows that the sensor still holds are stored. */
  #recall(boot: Boot, oldestNumber: number): void {
    const fromNumber = Math.max(oldestNumber, boot.oldestNumber, boot.topNumber - HELD_WINDOWS_MAX);
    for (const { number } of this.#port.readWindows(boot.run, fromNumber, boot.topNumber + 1)) {
      boot.settled.add(number, number + 1);
    }
  }

  /** The other boots this process heard were dated by the same wrong clock. */
  #shiftOthers(moved: Boot, byMs: number): void {
    for (const boot of this.#boots) {
      if (boot === moved || !boot.isHeard) continue;
      boot.clock.shift(byMs);
      this.#port.setTimeline(boot.run, boot.clock.timeline);
    }
  }

  #saveWhenDue(boot: Boot, hasChanged: boolean): void {
    if (!hasChanged && boot.topNumber < boot.savedNumber + SAVE_EVERY_WINDOWS) return;
    for (const each of this.#boots) each.savedNumber = each.topNumber;
    this.#port.saveState({ boots: this.#boots.map(toSaved) });
  }
}

/** When the newest window of a report ended, by both clocks. */
function endOf(report: ReportV2, at: Reception): Reception {
  return { wallMs: at.wallMs - report.ageMs, monotonicMs: at.monotonicMs - report.ageMs };
}

function firstTimeline(report: ReportV2, at: Reception) {
  const { newestNumber: fromNumber, windowMs: intervalMs } = report;
  return [{ fromNumber, startMs: endOf(report, at).wallMs - intervalMs, intervalMs }];
}

/** Notes the windows that came without measurement; returns how many were not known to. */
function noteAbsent(boot: Boot, report: ReportV2): number {
  let count = 0;
  for (const [index, window] of report.windows.entries()) {
    const number = report.newestNumber - index;
    if ('count' in window || boot.settled.has(number)) continue;
    count += boot.absent.add(number, number + 1);
    boot.settled.add(number, number + 1);
  }
  return count;
}

function acknowledgedOf(boot: Boot): number | null {
  const settled = boot.settled.firstMissing(boot.oldestNumber) - 1;
  return settled < 0 ? null : settled;
}

function missingIn(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { fromNumber, toNumber }) => sum + toNumber - fromNumber, 0);
}

function toRecovered(gap: Gap): RecoveredEnergy {
  return { fromNumber: gap.fromNumber, toNumber: gap.toNumber, value: gapEnergy(gap) };
}
