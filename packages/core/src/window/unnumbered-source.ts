import { BITS_SURE, type Evidence, matchRun, NO_MATCH } from './match.ts';
import type { Reception, RunPort, RunState, SavedRun } from './port.ts';
import { RunClock } from './run-clock.ts';
import { type Comparison, RunMemory } from './run-memory.ts';

/** Runs of a sensor that a late report may still belong to. */
const RUNS_KEPT = 8;
/** A report built a moment late can have its uptime round to the neighbouring window. */
const NUMBER_SHIFTS = [0, -1, 1];

/** Clocks that go apart slowly are no news until it is this much: what is saved is written to a card. */
const SAVED_OFFSET_ERROR_MS = 250;

/** A report whose windows carry no number: the uptime tells, the boot has to be found out. */
export interface UnnumberedReport {
  readonly uptimeS: number;
  /** Newest first; null where there was no measurement. */
  readonly counts: readonly (number | null)[];
}

/** A source taken up again after a restart. */
export interface RestoredRuns {
  readonly runs: readonly RunState[];
  readonly upPending: boolean;
  readonly upMs: number | null;
}

/** What became of a report. */
export interface Taken {
  readonly added: number;
  readonly repeated: number;
  readonly disagreed: number;
  /** Windows between this report and the ones before that no report brought; negative when this late one fills a gap. */
  readonly missed: number;
  readonly newRun: boolean;
  /** By how much a step of the server's clock moved the sensor's recent windows; 0 as a rule. */
  readonly clockStepMs: number;
}

const NOTHING_TAKEN: Taken = {
  added: 0,
  repeated: 0,
  disagreed: 0,
  missed: 0,
  newRun: false,
  clockStepMs: 0,
};

interface Run {
  readonly run: number;
  readonly phaseS: number;
  readonly memory: RunMemory;
  readonly clock: RunClock;
  lastUptimeS: number;
  /** Monotonic time of the first report; −∞ where that is not known. */
  readonly startedMs: number;
  /** Whether a report of it was built after the latest `up`. */
  heardSinceUp: boolean;
  /** The difference between the clocks that was saved. */
  savedOffsetMs: number | null;
}

interface Match {
  readonly run: Run;
  readonly comparison: Comparison;
  readonly score: number;
  readonly latenessMs: number;
}

/**
 * One sensor that speaks report version 1. It stores each of its windows once, whatever is repeated, reordered, late or
 * retried and whatever the server's clock does; docs/design/identity.md says how and why.
 */
export class UnnumberedSource {
  readonly #port: RunPort;
  readonly #windowMs: number;
  /** Newest first. */
  #runs: Run[];
  #upMs: number | null = null;

  constructor(port: RunPort, windowMs: number, restored?: RestoredRuns) {
    this.#port = port;
    this.#windowMs = windowMs;
    this.#runs = (restored?.runs ?? []).map((saved) => this.#restore(saved));
    // Where it is not known when that was, it is as if it had been when this process started.
    this.#upMs = restored?.upMs ?? (restored?.upPending === true ? 0 : null);
  }

  /** The sensor said that it has just booted. */
  up(at: Reception): void {
    this.#upMs = at.monotonicMs;
    for (const run of this.#runs) run.heardSinceUp = false;
    this.#save();
  }

  report(report: UnnumberedReport, at: Reception): Taken {
    const match = this.#match(report, at);
    if (match === null && report.counts.every((count) => count === null)) return NOTHING_TAKEN;
    const run = match?.run ?? this.#startRun(report.uptimeS, at);
    const number = match?.comparison.number ?? this.#numberOf(run, report.uptimeS);
    const timelineBefore = run.clock.timeline;
    const clockStepMs = run.clock.observe(number, at);
    if (clockStepMs !== 0) this.#shiftOthers(run, clockStepMs);
    const isFirstSinceUp = (this.#upSince(run) ?? Number.POSITIVE_INFINITY) < builtMsOf(match, at);
    run.heardSinceUp ||= isFirstSinceUp;
    if (match === null || isFirstSinceUp || clockStepMs !== 0 || hasStrayed(run)) this.#save();
    const newestBefore = run.memory.lastNumber;
    const tally = run.memory.store(number, report.counts);
    const oldest = number - report.counts.length + 1;
    const gap = newestBefore >= run.memory.firstNumber ? oldest - newestBefore - 1 : 0;
    const missed = number < newestBefore ? -tally.added : Math.max(0, gap);
    if (run.clock.timeline !== timelineBefore) this.#port.setTimeline(run.run, run.clock.timeline);
    run.lastUptimeS = Math.max(run.lastUptimeS, report.uptimeS);
    return { ...tally, missed, newRun: match === null, clockStepMs };
  }

  #match(report: UnnumberedReport, at: Reception): Match | null {
    let best: Match | null = null;
    for (const run of this.#runs) {
      const match = this.#bestShift(run, report, at);
      if (match === null) continue;
      if (best === null || match.score > best.score || (match.score === best.score && closer(match, best))) {
        best = match;
      }
    }
    return best;
  }

  #bestShift(run: Run, report: UnnumberedReport, at: Reception): Match | null {
    const nominal = this.#numberOf(run, report.uptimeS);
    for (const shift of NUMBER_SHIFTS) {
      const comparison = run.memory.compare(nominal + shift, report.counts);
      const latenessMs = run.clock.latenessMs(nominal + shift, at, this.#upSince(run) !== null);
      const score = matchRun(this.#evidence(run, report, { comparison, latenessMs, at }));
      // A shifted number needs proof by content; the nominal one is tried first and may do with less.
      if (score !== NO_MATCH && (shift === 0 || comparison.bits >= BITS_SURE)) {
        return { run, comparison, score, latenessMs };
      }
      if (comparison.disagreed === 0 && comparison.forgotten === 0) return null;
    }
    return null;
  }

  #evidence(
    run: Run,
    report: UnnumberedReport,
    seen: { comparison: Comparison; latenessMs: number; at: Reception },
  ): Evidence {
    return {
      comparison: seen.comparison,
      latenessMs: seen.latenessMs,
      firstNumber: run.memory.firstNumber,
      lastUptimeS: run.lastUptimeS,
      newest: run === this.#runs[0],
      upMs: this.#upSince(run),
      isUpHeard: this.#runs[0]?.heardSinceUp === true,
      startedMs: run.startedMs,
      uptimeS: report.uptimeS,
      bootMs: seen.at.monotonicMs - report.uptimeS * 1_000,
    };
  }

  #upSince(run: Run): number | null {
    return run.heardSinceUp ? null : this.#upMs;
  }

  #startRun(uptimeS: number, at: Reception): Run {
    const windowS = this.#windowMs / 1_000;
    const number = Math.floor(uptimeS / windowS);
    const timeline = [
      { fromNumber: number, startMs: at.wallMs - this.#windowMs, intervalMs: this.#windowMs },
    ];
    const run = this.#port.createRun(timeline);
    const started: Run = {
      run,
      phaseS: uptimeS % windowS,
      memory: new RunMemory(this.#port, { run, firstNumber: number, lastNumber: number - 1 }),
      clock: new RunClock(timeline, this.#windowMs),
      lastUptimeS: uptimeS,
      startedMs: at.monotonicMs,
      heardSinceUp: true,
      savedOffsetMs: null,
    };
    this.#runs = [started, ...this.#runs].slice(0, RUNS_KEPT);
    return started;
  }

  #restore(saved: RunState): Run {
    return {
      run: saved.run,
      phaseS: saved.phaseS,
      memory: new RunMemory(this.#port, saved),
      clock: new RunClock(saved.timeline, this.#windowMs, {
        newestNumber: saved.lastNumber,
        offsetMs: saved.offsetMs,
      }),
      lastUptimeS: saved.phaseS + Math.max(0, saved.lastNumber) * (this.#windowMs / 1_000),
      startedMs: saved.startedMs ?? Number.NEGATIVE_INFINITY,
      heardSinceUp: saved.heardSinceUp,
      savedOffsetMs: saved.offsetMs,
    };
  }

  #numberOf(run: Run, uptimeS: number): number {
    return Math.round((uptimeS - run.phaseS) / (this.#windowMs / 1_000));
  }

  /** The other boots that were heard since the machine was switched on, and were dated by the same wrong clock. */
  #shiftOthers(moved: Run, byMs: number): void {
    for (const run of this.#runs) {
      if (run !== moved && run.clock.shiftWith(moved.clock, byMs))
        this.#port.setTimeline(run.run, run.clock.timeline);
    }
  }

  #save(): void {
    const runs = this.#runs.map((each): SavedRun => {
      const { run, phaseS, startedMs, heardSinceUp, clock } = each;
      each.savedOffsetMs = clock.offsetMs;
      const known = Number.isFinite(startedMs) ? startedMs : null;
      return { run, phaseS, startedMs: known, heardSinceUp, offsetMs: clock.offsetMs };
    });
    const upPending = this.#upMs !== null && !runs.some(({ heardSinceUp }) => heardSinceUp);
    this.#port.saveState({ runs, upPending, upMs: this.#upMs });
  }
}

/** When a report was built; monotonic. */
function builtMsOf(match: Match | null, at: Reception): number {
  return at.monotonicMs - Math.max(0, match?.latenessMs ?? 0);
}

/** Whether the clocks went apart by more than what is saved may be wrong. */
function hasStrayed({ clock, savedOffsetMs }: Run): boolean {
  if (clock.offsetMs === null) return false;
  return savedOffsetMs === null || Math.abs(clock.offsetMs - savedOffsetMs) > SAVED_OFFSET_ERROR_MS;
}

function closer(a: Match, b: Match): boolean {
  return Math.abs(a.latenessMs) < Math.abs(b.latenessMs);
}
