/**
 * When to do what with the charge there is. Whole numbers only, the same as firmware/core/src/winky_schedule.c, so
 * that both agree on every vector.
 *
 * A cycle is started only if its cost, the greatest lately, fits above the voltage at which the supervisor cuts, with
 * a margin. How long to sleep follows from how fast the last sleeps charged the capacitors.
 */
export interface ScheduleOptions {
  /** Where the supervisor cuts. */
  readonly stopMv: number;
  /** Where the capacitors are full. */
  readonly fullMv: number;
  /** What is never planned with. */
  readonly marginMv: number;
  readonly sleepSMin: number;
  readonly sleepSMax: number;
  /** While there is no meter to hear. */
  readonly awaySleepS: number;
}

export const OUR_SCHEDULE: ScheduleOptions = {
  stopMv: 3_450,
  fullMv: 4_950,
  marginMv: 100,
  sleepSMin: 30,
  sleepSMax: 600,
  awaySleepS: 120,
};

/** A program that sleeps for so long whatever happens. */
export function fixedSchedule(sleepS: number): ScheduleOptions {
  return {
    stopMv: 0,
    fullMv: 100_000,
    marginMv: 0,
    sleepSMin: sleepS,
    sleepSMax: sleepS,
    awaySleepS: sleepS,
  };
}

/** What it has learnt; kept over sleeps. */
export interface ScheduleState {
  /** What a whole cycle costs. */
  costMv: number;
  /** How fast sleeping charges, in µV/s. */
  gainUvPerS: number;
}

/** Careful first guesses: a slow join on 1 F, and three quarters of the guaranteed supply. */
export function createSchedule(): ScheduleState {
  return { costMv: 450, gainUvPerS: 15_000 };
}

/** A sleep shorter than this says nothing about how fast it charges. */
const SLEEP_S_LEARNT_MIN = 5;
/** A voltage below this is no measurement: the input is not wired. */
export const MEASURED_MV_MIN = 500;

/** What a sleep of `sleptS` seconds brought. Of a sleep in which the capacitors filled up it is known only what it brought at least. */
export function learnSleep(
  state: ScheduleState,
  options: ScheduleOptions,
  slept: { beforeMv: number; afterMv: number; sleptS: number },
): void {
  const { beforeMv, afterMv, sleptS } = slept;
  if (sleptS < SLEEP_S_LEARNT_MIN || beforeMv < MEASURED_MV_MIN) return;
  const gain = Math.max(0, Math.trunc(((afterMv - beforeMv) * 1_000) / sleptS));
  if (afterMv >= options.fullMv && gain < state.gainUvPerS) return;
  state.gainUvPerS += Math.trunc((gain - state.gainUvPerS) / 4);
}

/** What a whole cycle cost: a greater cost counts at once, a smaller one by an eighth. */
export function learnCycle(state: ScheduleState, cycle: { beforeMv: number; afterMv: number }): void {
  const dropMv = Math.max(0, cycle.beforeMv - cycle.afterMv);
  if (dropMv >= state.costMv) state.costMv = dropMv;
  else state.costMv -= Math.trunc((state.costMv - dropMv) / 8);
}

export type WakeDecision = 'sleep' | 'read' | 'whole';

/** What there is charge for at `nowMv`: nothing, reading with the radio off, or everything. */
export function decideWake(state: ScheduleState, options: ScheduleOptions, nowMv: number): WakeDecision {
  if (nowMv < MEASURED_MV_MIN) return 'whole';
  if (nowMv < options.stopMv + options.marginMv) return 'sleep';
  return nowMv >= neededMv(state, options) ? 'whole' : 'read';
}

/** How long to sleep at `nowMv`, in s. */
export function sleepSeconds(state: ScheduleState, options: ScheduleOptions, nowMv: number): number {
  const missingMv = nowMv < MEASURED_MV_MIN ? 0 : neededMv(state, options) - nowMv;
  if (missingMv <= 0) return options.sleepSMin;
  if (state.gainUvPerS <= 0) return options.sleepSMax;
  const seconds = Math.ceil((missingMv * 1_000) / state.gainUvPerS);
  return Math.min(Math.max(seconds, options.sleepSMin), options.sleepSMax);
}

/** A cost that full capacitors do not hold is tried with full capacitors. */
function neededMv(state: ScheduleState, options: ScheduleOptions): number {
  return Math.min(options.stopMv + options.marginMv + state.costMv, options.fullMv);
}
