export { listSerialPorts, type SerialPortInfo } from './list-ports.ts';
export {
  type SerialCounters,
  SerialLine,
  type SerialLineOptions,
  type SerialSettings,
} from './serial-line.ts';
