/** One step of the schema. A released migration is never edited: what changes gets the next number. */
export interface Migration {
  /** The schema version it leads to; ascending by one. */
  readonly version: number;
  readonly sql: string;
}
