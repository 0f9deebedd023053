/** What can happen at a meter or a sensor, and is kept with its time. */
export const EVENT_KINDS = [
  'overload',
  'overloadEnd',
  'tariffPeriod',
  'tempoToday',
  'tempoTomorrow',
  'contractChange',
  'meterChange',
  'breaker',
  'clockDegraded',
  'sensorBoot',
  'firmwareUpdate',
  'implausible',
] as const;

/** A kind of event. */
export type EventKind = (typeof EVENT_KINDS)[number];
