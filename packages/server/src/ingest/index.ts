export { type Answer, type HeardSensor, Ingest, type IngestOptions, type Refusal } from './ingest.ts';
export { unreadAnswer } from './numbered-ingest.ts';
export type { SensorCounters } from './sensor.ts';
export { plainAddress, type SensorKey, sensorKeyOf } from './source-key.ts';
