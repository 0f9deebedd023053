export {
  decodeReportV1,
  encodeReportV1,
  NO_MEASUREMENT,
  type ReportV1,
  reportV1Layout,
  WINDOW_V1_MS,
} from './report-v1.ts';
