export {
  AdvertIngest,
  type AdvertIngestOptions,
  type HeardBthome,
  type UnknownSensor,
} from './advert-ingest.ts';
export type { HeardWay, Way } from './advert-ways.ts';
export { type Answer, type HeardSensor, Ingest, type IngestOptions, type Refusal } from './ingest.ts';
export { unreadAnswer } from './numbered-ingest.ts';
export { ReportGuard } from './report-guard.ts';
export type { SensorCounters } from './sensor.ts';
export { plainAddress, type SensorKey, sensorKeyOf } from './source-key.ts';
