/** What the clock on a wall of a zone means by a time. */
export interface LocalMeaning {
  /** `twice` in the hour that comes again when the clock is set back, `never` in the one left out when it is set forward. */
  readonly shown: 'once' | 'twice' | 'never';
  /** The moments that may be meant: by the offset of before the change, and by that of after it; else the same one. */
  readonly moments: readonly [Temporal.ZonedDateTime, Temporal.ZonedDateTime];
}

/** When the clock of a zone showed a local time. */
export function meaningOf(local: Temporal.PlainDateTime, zone: string): LocalMeaning {
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  const isOnce = earlier.epochMilliseconds === later.epochMilliseconds;
  const isShown = earlier.toPlainDateTime().equals(local);
  return { shown: isOnce ? 'once' : isShown ? 'twice' : 'never', moments: [earlier, later] };
}
