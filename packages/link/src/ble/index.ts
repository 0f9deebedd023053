export {
  type GattConnection,
  type GattPort,
  type GattTarget,
  NUS_GATT,
  SMP_GATT,
  type Stop,
} from './gatt-port.ts';
