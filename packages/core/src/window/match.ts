import type { Comparison } from './run-memory.ts';

/** An on-time report comes within this of its expected time, either way. */
const ON_TIME_MS = 5_000;
/** Agreement this unlikely by chance settles that the windows are the same ones. */
export const BITS_SURE = 10;
/** Agreement this unlikely outweighs an `up` that came in between. */
const BITS_AGAINST_UP = 16;
/** So unlikely that not even a report that is just on time for another boot can be meant. */
const BITS_CERTAIN = 24;
/** A report may disagree with one window in this many and still be of the run. */
const AGREED_PER_DISAGREED = 3;
/** A sensor does not forget what it measured: one such window may be its uptime, rounded to the neighbouring one. */
const FORGOTTEN_MAX = 1;
/** A sensor says `up` once its network is there, at most this long after its boot. */
const UP_AFTER_BOOT_MAX_MS = 300_000;
/** How long after the first report of a boot its own `up` may still come in. */
const OWN_UP_LATE_MAX_MS = 10_000;
/** The first report after an `up` may itself be late by this much. */
const FIRST_REPORT_LATE_MAX_MS = 120_000;
/** A report from before all that is known of a run is a late one of it only if it is no later than this. */
const LATE_BEFORE_FIRST_MAX_MS = 120_000;
/** Without an `up`, a report that says nothing new is a repeated one until it is this late. */
const REPEAT_MAX_MS = 600_000;
/** Without an `up`, a report after a gap is of the same boot until it is this late. */
const GAP_LATE_MAX_MS = 60_000;
/** How much later than the latest report of a run a boot must lie, at the least, for clocks and networks to be sure of it. */
const BOOT_SLACK_MS = 5_000;

/** What is known of a report against one run. */
export interface Evidence {
  readonly comparison: Comparison;
  /** How much later than this run would have it the report came; negative when earlier. */
  readonly latenessMs: number;
  /** The run's lowest window number, and the highest uptime reported in it. */
  readonly firstNumber: number;
  readonly lastUptimeS: number;
  /** Whether no later boot of the sensor is known. */
  readonly newest: boolean;
  /** When the sensor said `up`, if it did after this run's latest report was built; monotonic. */
  readonly upMs: number | null;
  /** Whether the boot that said so was heard already: the report is then no first one that nothing is known of. */
  readonly isUpHeard: boolean;
  /** When this run's first report came; monotonic, −∞ for a run known from an earlier process. */
  readonly startedMs: number;
  /** The report's own uptime. */
  readonly uptimeS: number;
  /** When the report's boot was, going by its uptime; monotonic. */
  readonly bootMs: number;
}

/** How sure it is that a report belongs to a run: 0 is no, a higher number is surer; among equals the least late run has it. */
export const NO_MATCH = 0;
const MATCH_BY_TIME = 1;
const MATCH_BY_OVERLAP = 2;
const MATCH_ON_TIME = 3;
const MATCH_BY_CONTENT = 4;
const MATCH_ON_TIME_BY_OVERLAP = 5;

/**
 * Whether a report that carries no boot identity belongs to a run, or is a late or repeated one of it, or comes from
 * a new boot. Content decides wherever it can; time and `up` only where it can not:
 *
 * - Windows that disagree are another boot's, but for a stray one among many that agree; so are those that had not been
 *   measured yet where the run has them.
 * - Unlikely agreement is the same boot's, however late.
 * - A boot can not lie before the latest report of the boot before it. So a report that is less late than the run is
 *   old is a late one.
 * - Agreement that proves nothing (a night of zeros): a new boot if the sensor said `up`, which it does after each boot
 *   until it is answered, or if no network could keep a report for so long.
 * - No overlap at all: whatever fits the time best; either answer stores each window once.
 */
export function matchRun(evidence: Evidence): number {
  const { agreed, unknown, bits } = evidence.comparison;
  const overlaps = agreed + unknown > 0;
  const onTime = Math.abs(evidence.latenessMs) <= ON_TIME_MS;
  if (isContradicted(evidence.comparison)) return NO_MATCH;
  if (evidence.comparison.disagreed > 0) return MATCH_BY_OVERLAP;
  const isMeantByUp = !(onTime && evidence.newest) && isAnnounced(evidence);
  if (isMeantByUp && bits < (evidence.isUpHeard ? BITS_SURE : BITS_AGAINST_UP)) return NO_MATCH;
  if (onTime) return matchOnTime(overlaps, evidence.newest);
  if (bits >= BITS_CERTAIN) return MATCH_BY_CONTENT;
  if (isNewBoot(evidence)) return NO_MATCH;
  if (!overlaps) return matchWithoutOverlap(evidence);
  // Where a later boot is known and there was time for it, agreement that proves little must not outdo it.
  return !evidence.newest && bootPossible(evidence) ? MATCH_BY_TIME : MATCH_BY_OVERLAP;
}

function matchOnTime(overlaps: boolean, newest: boolean): number {
  if (overlaps) return MATCH_ON_TIME_BY_OVERLAP;
  return newest ? MATCH_ON_TIME : MATCH_BY_TIME;
}

function isContradicted({ agreed, disagreed, forgotten, bits }: Comparison): boolean {
  if (forgotten > FORGOTTEN_MAX) return true;
  const isStray = bits >= BITS_CERTAIN && agreed >= AGREED_PER_DISAGREED * disagreed;
  return disagreed > 0 && !isStray;
}

/**
 * Whether an `up` announced the report's boot. An `up` that was itself repeated or late must not end the boot it
 * belongs to: soon after a boot's first report, one that goes on from there and agrees is of that boot.
 */
function isAnnounced(evidence: Evidence): boolean {
  const { comparison, newest, upMs, startedMs, bootMs, uptimeS, lastUptimeS } = evidence;
  if (upMs === null) return false;
  const goesOn = newest && uptimeS >= lastUptimeS && comparison.agreed > 0;
  if (goesOn && upMs - startedMs <= OWN_UP_LATE_MAX_MS) return false;
  return bootMs <= upMs + FIRST_REPORT_LATE_MAX_MS && bootMs >= upMs - UP_AFTER_BOOT_MAX_MS;
}

function isNewBoot(evidence: Evidence): boolean {
  const { comparison, newest, latenessMs } = evidence;
  if (comparison.bits >= BITS_SURE || !bootPossible(evidence)) return false;
  if (comparison.agreed > 0) return latenessMs > REPEAT_MAX_MS;
  return !newest || latenessMs > GAP_LATE_MAX_MS;
}

/** Whether there was time for another boot since the latest report of the run was built. */
function bootPossible({ latenessMs, lastUptimeS }: Evidence): boolean {
  return latenessMs > lastUptimeS * 1_000 - BOOT_SLACK_MS;
}

function matchWithoutOverlap({ comparison, firstNumber, latenessMs }: Evidence): number {
  const before = comparison.number < firstNumber;
  return before && Math.abs(latenessMs) > LATE_BEFORE_FIRST_MAX_MS ? NO_MATCH : MATCH_BY_TIME;
}
