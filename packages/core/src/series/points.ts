/**
 * Measurements as columns of equal length, ordered by start. Point i says that `values[i]` (a whole number in the
 * series' unit) was measured from `starts[i]` for `durationsMs[i]`. No point where nothing was measured: missing is
 * not zero.
 */
export interface Points {
  readonly starts: Float64Array;
  readonly durationsMs: Float64Array;
  readonly values: Float64Array;
  /** How many reports carried the point; null where the source does not repeat itself. */
  readonly reports: Uint16Array | null;
  /** How many of those reports disagreed with the stored value. */
  readonly disagreements: Uint16Array | null;
  /** One more than the ms from the point's start to the beginning of its last flash; 0 where that is not known. */
  readonly lastFlashes?: Uint16Array | null;
}

/** What was measured by bucket, as columns of equal length. */
export interface Buckets {
  /** When each bucket starts. */
  readonly starts: Float64Array;
  /** What was measured or recovered in it, in the series' unit (of a gauge: times ms); NaN where nothing was. */
  readonly sums: Float64Array;
  /**
   * How long the measurements in it lasted. One over a whole minute or hour is on one side of it, so in buckets of whole ones they
   * may last a little longer than the bucket; what they hold over this time is their mean.
   */
  readonly validMs: Float64Array;
  /**
   * The smallest and largest mean power of a point in it, in units of the series per hour; of a gauge the smallest and
   * largest value it held. NaN where nothing was measured.
   */
  readonly rateMin: Float64Array;
  readonly rateMax: Float64Array;
  /** How long each bucket lasts. */
  readonly lengthsMs: Float64Array;
  /**
   * What was measured, recovered left out, while `validMs` lasted: over that time it is the mean. Left out where it is what `sums`
   * hold of it, which it is but in buckets of less than a minute (of points longer than 15 s: an hour).
   */
  readonly timedSums?: Float64Array;
  /** Only of a gauge: the mean weighted by time over what was measured; NaN where nothing was. */
  readonly means?: Float64Array;
  /** What of the sums was not measured but recovered from counts around gaps; left out where that is none at all. */
  readonly recoveredSums?: Float64Array;
}
