export {
  type BlinkOptions,
  type BlinkSensor,
  createBlinkSensor,
  type MeasuredWindow,
  type Reply,
  type SensorEvent,
} from './blink-sensor.ts';
export {
  createFaultyNetwork,
  type Delivery,
  type FaultyNetwork,
  type NetworkFaults,
} from './faulty-network.ts';
export type { NumberedOptions } from './numbered-sensor.ts';
