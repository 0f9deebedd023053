export { type Answer, Ingest, type IngestOptions, type Refusal } from './ingest.ts';
export type { SensorCounters } from './sensor.ts';
export { plainAddress, type SensorKey, sensorKeyOf } from './source-key.ts';
