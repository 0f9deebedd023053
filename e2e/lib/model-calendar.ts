// Days, weeks, months and years of a zone, found by asking what the date is and nothing else: no arithmetic on days, so a day of
// 23 hours or one that a zone left out needs no rule.

const HALF_DAY_MS = 43_200_000;
const FIXED_MS: Readonly<Record<string, number>> = {
  ...{ '5s': 5_000, '10s': 10_000, '30s': 30_000, '1min': 60_000, '5min': 300_000, '15min': 900_000 },
  ...{ '30min': 1_800_000, '1h': 3_600_000, '3h': 10_800_000, '6h': 21_600_000 },
};

/** The edges of the buckets of a step that touch [`fromMs`, `toMs`). */
export function edgesOf(
  step: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  zone: string,
): number[] {
  const stepMs = FIXED_MS[step];
  const edges: number[] = [];
  if (stepMs !== undefined) {
    for (let atMs = Math.floor(fromMs / stepMs) * stepMs; ; atMs += stepMs) {
      edges.push(atMs);
      if (atMs >= toMs) return edges;
    }
  }
  const nameOf = (atMs: number) => unitName(step, atMs, zone);
  let edgeMs = changeBefore(fromMs, nameOf);
  for (;;) {
    edges.push(edgeMs);
    if (edgeMs >= toMs) return edges;
    edgeMs = changeAfter(edgeMs, nameOf);
  }
}

/** What the calendar unit that holds a moment is called. */
function unitName(step: string, atMs: number, zone: string): string {
  const date = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  if (step === '1d') return `${date.year}/${date.month}/${date.day}`;
  if (step === '1w') return `${date.yearOfWeek} week ${date.weekOfYear}`;
  if (step === '1mo') return `${date.year}/${date.month}`;
  return `${date.year}`;
}

/** The first moment after `atMs` that is called otherwise. */
function changeAfter(atMs: number, nameOf: (atMs: number) => string): number {
  const name = nameOf(atMs);
  let high = atMs + HALF_DAY_MS;
  while (nameOf(high) === name) high += HALF_DAY_MS;
  let low = high - HALF_DAY_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (nameOf(middle) === name) low = middle;
    else high = middle;
  }
  return high;
}

/** The first moment that is called as `atMs` is. */
function changeBefore(atMs: number, nameOf: (atMs: number) => string): number {
  const name = nameOf(atMs);
  let low = atMs - HALF_DAY_MS;
  while (nameOf(low) === name) low -= HALF_DAY_MS;
  return changeAfter(low, nameOf);
}
