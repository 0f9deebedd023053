export { sensorPorts } from './sensor-ports.ts';
export {
  SensorReceiver,
  type SensorReceiverOptions,
  type SensorReceiverState,
} from './sensor-receiver.ts';
