export { BreakerFilter } from './breaker.ts';
export { createCounters } from './counters.ts';
export {
  packedBytes,
  TIC_REASONS,
  type TicCounters,
  type TicDiscarded,
  TicFrame,
  type TicFrameEnds,
  type TicFrameState,
  type TicGroup,
  type TicReason,
} from './frame.ts';
export { decodeHorodate, type Horodate, isHorodate } from './horodate.ts';
export { estimateInjectedVa } from './injection.ts';
export {
  findLabel,
  HISTORIQUE_LABEL_COUNT,
  HORODATE_BYTES,
  LABELS,
  TIC_FORMS,
  TIC_MODES,
  type TicForm,
  type TicLabel,
  type TicMode,
} from './labels.ts';
export { TIC_SPEEDS_BAUD, TicLineSearch, type TicLineSearchOptions } from './line-search.ts';
export { PIECE_BYTES_MAX, TicParser, type TicParserOptions, type TicSink } from './parser.ts';
export { frameOfGroups, labelOf, type PassedGroup } from './passed-groups.ts';
export {
  type IndexStep,
  type PlausibleIndex,
  type TicChange,
  type TicHeld,
  type TicJudged,
  TicPlausibility,
} from './plausibility.ts';
export { decodeProfile, type ProfileSlot, type ProfileTimes } from './profile.ts';
export { ProfileTimesLearner } from './profile-times.ts';
export { readFrame, type TicReadOptions } from './read-frame.ts';
export type {
  TariffPeriod,
  TicContract,
  TicDated,
  TicOverload,
  TicPeak,
  TicPhase,
  TicReading,
  TicRegister,
} from './reading.ts';
export { decodeSerialNumber, type SerialNumber } from './serial-number.ts';
export {
  BREAKER_STATES,
  type BreakerState,
  decodeStatus,
  EURIDIS_STATES,
  PLC_STATES,
  type TicStatus,
} from './status.ts';
export {
  colourOfPeriod,
  contractOfName,
  decodeDemain,
  decodeOptarif,
  decodePtec,
  decodeTempoProgramme,
  periodOfIndex,
  periodOfName,
} from './tariff.ts';
export type { TempoColour } from './tempo.ts';
export { collapseSpaces, groupAtMs, groupValue, type TicValue } from './values.ts';
