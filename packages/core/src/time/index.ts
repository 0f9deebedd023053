export { bucketEdges, isZone, toZoned } from './calendar.ts';
export { type Clock, DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS, utcDay } from './epoch.ts';
export { type LocalMeaning, meaningOf } from './local.ts';
export { type CalendarUnit, chooseStep, findStep, STEPS, type Step } from './steps.ts';
export { startOfDayMs } from './zone-days.ts';
