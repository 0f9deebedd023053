export { createBlinkSensor } from './blink-sensor.ts';
export {
  createFaultyNetwork,
  type Delivery,
  type FaultyNetwork,
  type NetworkFaults,
} from './faulty-network.ts';
export type {
  BlinkOptions,
  BlinkSensor,
  MeasuredWindow,
  NumberedOptions,
  Reply,
  SensorEvent,
} from './sensor.ts';
