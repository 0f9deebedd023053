export {
  encodeSerialFrame,
  SERIAL_MESSAGE_BYTES_MAX,
  type SerialFrameCounters,
  SerialFrameParser,
} from './serial-frame.ts';
