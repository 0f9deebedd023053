export interface EnedisOptions {
  /** The zone of stamps without offset, and of days. */
  readonly zone: string;
  /** Whether a curve's stamps begin or end their interval; found out when left out. */
  readonly stamps?: 'start' | 'end';
}
