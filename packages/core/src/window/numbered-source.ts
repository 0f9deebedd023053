import { type Fault, fault, ok, type Result } from '../error/index.ts';
import type { ReportV2, ShortReportV2, WindowV2 } from '../report/index.ts';
import type { EpochMs } from '../time/index.ts';
import {
  type Boot,
  beginBoot,
  forgetOld,
  type GapsAfter,
  gapsAfter,
  resumeBoot,
  stretchOf,
  toSaved,
} from './boot.ts';
import { cutRecovered, missingIn, type RecoveredEnergy, type Stretch } from './gaps.ts';
import type { NumberedPort, SavedBoots } from './numbered-port.ts';
import type { Reception, RunWindow, StoredRunWindow } from './port.ts';
import { RunClock } from './run-clock.ts';
import { completeShort, hasLowHalf, isProvisionalFor, provisionalBootId } from './short-report.ts';
import { windowStartMs } from './timeline.ts';
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

type Measured = Extract<WindowV2, { readonly count: number }>;

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
    return this.#boots.reduce((sum, boot) => sum + missingOf(boot), 0);
  }

  /**
   * Takes a report in. Faults, which leave everything as it is: `report/cumulative` where its cumulative count does not
   * fit those of other reports, `report/window-length` where windows were of another length before.
   */
  report(report: ReportV2, at: Reception): Result<TakenNumbered, Fault> {
    return this.#accept(report, at, { isCountKnown: true, isCountTold: true });
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
    return this.#accept(completed.report, at, { isCountKnown: completed.isCountKnown, isCountTold: false });
  }

  /**
   * Remembers the cumulative counts with windows from before `beforeMs` where they are not yet. To be called before these are sealed: what
   * each of them counted could not be added up after a restart then, and the energy of a gap behind them would not be known.
   */
  saveBefore(beforeMs: EpochMs): void {
    const isDue = ({ savedNumber, topNumber, clock }: Boot) =>
      savedNumber < topNumber && windowStartMs(clock.timeline, Math.max(0, savedNumber + 1)) < beforeMs;
    if (this.#boots.some(isDue)) this.#save();
  }

  /** `isCountKnown`: the cumulative count is right, if not late flashes; `isCountTold`: the sensor said so. */
  #accept(
    report: ReportV2,
    at: Reception,
    { isCountKnown, isCountTold }: { isCountKnown: boolean; isCountTold: boolean },
  ): Result<TakenNumbered, Fault> {
    const met = this.#find(report);
    if (met !== null && !isCountKnown) met.topCount = null;
    if (met !== null && met.windowMs !== report.windowMs) {
      const message = `report of boot ${report.bootId}: expected windows of ${met.windowMs} ms, ${report.windowMs} came`;
      return fault({ code: 'report/window-length', message });
    }
    // The count of an unheard boot is only known to be possible, so nothing is made before it is.
    const draft = met ?? this.#draft(report, at, isCountKnown);
    const came = stretchOf(report, isCountTold);
    const after = gapsAfter(draft, { came, newest: report.cumulativeCount }, (from, to) =>
      this.#knownCount(draft, from, to),
    );
    if (!after.ok) return after;
    const { boot, isNew } = met === null ? this.#begin(draft) : { boot: met, isNew: false };
    const taken = this.#take({ boot, isNew }, { report, at, came, after: after.value });
    if (!isCountKnown) boot.topCount = null;
    return ok(taken);
  }

  #take(met: Met, of: { report: ReportV2; at: Reception; came: Stretch; after: GapsAfter }): TakenNumbered {
    const { boot } = met;
    const { report, at, came, after } = of;
    const missingBefore = missingOf(boot);
    const forgotten = this.#forgottenIn(boot, came);
    const clockStepMs = this.#observe(met, report, at);
    boot.oldestNumber = Math.max(boot.oldestNumber, report.oldestNumber);
    const windows = this.#windowsOf(boot, report);
    const newlyAbsent = noteAbsent(boot, report);
    const isNews = windows.added > 0 || newlyAbsent > 0 || report.newestNumber > boot.topNumber;
    if (isNews) {
      const cut = forgotten.flatMap((row) => cutRecovered(row, came));
      const isRecovered = this.#recover(boot, after, { gone: forgotten, made: cut });
      boot.gaps = [...after.gaps];
      this.#advance(boot, report);
      forgetOld(boot);
      if (windows.changed.length > 0) this.#port.putWindows(boot.run, windows.changed);
      this.#saveWhenDue(boot, met.isNew || newlyAbsent > 0 || isRecovered);
    }
    const { added, repeated, disagreed } = windows;
    return {
      ...{ added, repeated, disagreed, clockStepMs },
      missed: missingOf(boot) - missingBefore,
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
    const { newestNumber, windows } = report;
    const first = newestNumber - windows.length + 1;
    const known = this.#port.readWindows(boot.run, first, newestNumber + 1);
    const tally = { added: 0, repeated: 0, disagreed: 0, changed: [] as RunWindow[] };
    let at = 0;
    for (let number = first; number <= newestNumber; number += 1) {
      const window = windows[newestNumber - number];
      while ((known[at]?.number ?? number) < number) at += 1;
      if (window === undefined || !('count' in window)) continue;
      const stored = known[at]?.number === number ? known[at] : undefined;
      if (stored === undefined) tally.added += 1;
      else tally.repeated += 1;
      const changed = stored === undefined ? newWindow(number, window) : repeated(stored, window.count);
      if (stored !== undefined && changed.disagreements > stored.disagreements) tally.disagreed += 1;
      tally.changed.push(changed);
      boot.settled.add(number, number + 1);
    }
    return tally;
  }

  /** Puts what is recovered now in place of what was of the gaps that came; returns whether any gap or energy changed. */
  #recover(
    boot: Boot,
    { gaps, gone, made }: GapsAfter,
    forgotten: { gone: readonly RecoveredEnergy[]; made: readonly RecoveredEnergy[] },
  ): boolean {
    const rows = gone.flatMap(({ fromNumber, toNumber }) =>
      this.#port.readRecovered(boot.run, fromNumber, toNumber),
    );
    const replaced = [...rows, ...forgotten.gone];
    const all = [...made, ...forgotten.made].filter(({ value }) => value > 0);
    if (replaced.length + all.length > 0) this.#port.replaceRecovered(boot.run, replaced, all);
    return replaced.length + all.length + gone.length > 0 || gaps.length !== boot.gaps.length;
  }

  /** What is recovered of windows that came now, whose gap is not remembered. What was counted late stays as it is. */
  #forgottenIn(boot: Boot, { first, last }: Stretch): RecoveredEnergy[] {
    return this.#port.readRecovered(boot.run, first, last + 1).filter(({ fromNumber, toNumber }) => {
      if (boot.gaps.some((gap) => gap.fromNumber < toNumber && gap.toNumber > fromNumber)) return false;
      const from = Math.max(first, fromNumber);
      const to = Math.min(last + 1, toNumber);
      // Where a gap was no window is known, and where some were counted late each one is.
      return !boot.absent.meets(from, to) && this.#port.readWindows(boot.run, from, to).length === 0;
    });
  }

  /** Flashes of the windows that are stored in [`from`, `to`); null where not all are at hand. */
  #knownCount(boot: Boot, from: number, to: number): number | null {
    return this.#port
      .readWindows(boot.run, from, to)
      .reduce<number | null>((sum, { value }) => (sum === null || value === null ? null : sum + value), 0);
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
    // A process was killed before it wrote what the first report brought: nothing of the boot was heard yet.
    else if (stored.lastNumber < 0 && this.#boots.length > 0) boot.topCount = 0;
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

  /** The other boots this process heard that were dated by the same wrong clock. */
  #shiftOthers(moved: Boot, byMs: number): void {
    for (const boot of this.#boots) {
      if (boot !== moved && boot.isHeard && boot.clock.shiftWith(moved.clock, byMs))
        this.#port.setTimeline(boot.run, boot.clock.timeline);
    }
  }

  #saveWhenDue(boot: Boot, hasChanged: boolean): void {
    if (!hasChanged && boot.topNumber < boot.savedNumber + SAVE_EVERY_WINDOWS) return;
    this.#save();
  }

  #save(): void {
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

function newWindow(number: number, { count, lastFlashMs }: Measured): RunWindow {
  return { number, value: count, reports: 1, disagreements: 0, lastFlashMs };
}

/** A window that is stored, reported once more; what it was first stands. */
function repeated({ number, value, reports, disagreements }: StoredRunWindow, count: number): RunWindow {
  const disagrees = value !== null && value !== count;
  return {
    number,
    value: value ?? count,
    reports: reports + 1,
    disagreements: disagreements + (disagrees ? 1 : 0),
  };
}

/** Notes the windows that came without measurement; returns how many were not known to. */
function noteAbsent(boot: Boot, report: ReportV2): number {
  let count = 0;
  for (let index = 0; index < report.windows.length; index += 1) {
    const window = report.windows[index];
    const number = report.newestNumber - index;
    if (window === undefined || 'count' in window || boot.settled.has(number)) continue;
    count += boot.absent.add(number, number + 1);
    boot.settled.add(number, number + 1);
  }
  return count;
}

function acknowledgedOf(boot: Boot): number | null {
  const settled = boot.settled.firstMissing(boot.oldestNumber) - 1;
  return settled < 0 ? null : settled;
}

function missingOf(boot: Boot): number {
  return boot.gaps.reduce((sum, gap) => sum + missingIn(gap), 0);
}
