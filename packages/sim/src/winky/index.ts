export {
  ARTICLE_CIRCUIT,
  type BankOptions,
  type Circuit,
  type CircuitOptions,
  createCircuit,
  OUR_CIRCUIT,
} from './circuit.ts';
export {
  ARTICLE_DURATIONS,
  type Consumption,
  type Durations,
  ESP_01S,
  OUR_DURATIONS,
  type WinkyState,
} from './consumption.ts';
export { createWinky, type WinkyEvent, type WinkyGateway, type WinkyOptions } from './gateway.ts';
export { createMinuteRing, MINUTES_KEPT, type MinuteRing, type MinuteStats } from './minute-ring.ts';
export { firstStartMs, makePlan, type Plan, type PlanOptions, steadyReader } from './plan.ts';
export { createLineReader, type FrameReader, type ReadFrame } from './reader.ts';
export {
  createSchedule,
  decideWake,
  fixedSchedule,
  learnCycle,
  learnSleep,
  OUR_SCHEDULE,
  type ScheduleOptions,
  type ScheduleState,
  sleepSeconds,
  type WakeDecision,
} from './scheduler.ts';
export { recordScope, type ScopeOptions, type ScopeTrace } from './scope.ts';
export {
  createSource,
  DIODE_1N4148,
  DIODE_BAT85,
  type DiodeOptions,
  GUARANTEED_SUPPLY,
  type Source,
  type SourceOptions,
  STRONGEST_SUPPLY,
} from './source.ts';
