/** The colour of a Tempo day. */
export type TempoColour = 'blue' | 'white' | 'red';
