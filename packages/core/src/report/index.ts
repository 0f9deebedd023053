export {
  ANSWER_STATUSES,
  type AnswerProof,
  type AnswerStatus,
  type AnswerV2,
  decodeAnswerV2,
  encodeAnswerV2,
} from './answer-v2.ts';
export * from './layouts-v2.ts';
export {
  decodeReportV1,
  encodeReportV1,
  NO_MEASUREMENT,
  type ReportV1,
  reportV1Layout,
  WINDOW_V1_MS,
} from './report-v1.ts';
export {
  type Absence,
  type DecodedV2,
  decodeReportV2,
  encodeReportV2,
  isVersion2,
  type LightState,
  type ReportV2,
  type Sign,
  tickMsOf,
  type WindowV2,
} from './report-v2.ts';
export {
  type DecodedShortV2,
  decodeShortReportV2,
  encodeShortReportV2,
  isShortReportOf,
  type ShortReportV2,
} from './report-v2-short.ts';
export { checkTagV2 } from './tag-v2.ts';
