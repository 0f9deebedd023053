export type { AdapterAbilities } from './adapter.ts';
export {
  type GattConnection,
  type GattPort,
  type GattTarget,
  NUS_GATT,
  SMP_GATT,
  type Stop,
} from './gatt-port.ts';
export { findObstacle, type Obstacle } from './obstacle.ts';
export { BleReceiver, type BleReceiverOptions, type BleStatus } from './receiver.ts';
