import { type ErrorCatalogue, errorMaker } from '@kilowink/core/error';

/** What can go wrong with a line to a device. A code is never reused. */
export const LINK_ERRORS = {
  'serial/missing': {
    message: 'there is no serial device at {path}; known are: {known}',
    status: 503,
    retryable: true,
  },
  'serial/denied': {
    message:
      'the serial device {path} may not be opened: add the user to the group that owns it (often `dialout`)',
    status: 503,
    retryable: false,
  },
  'serial/busy': {
    message: 'another program holds the serial device {path}',
    status: 503,
    retryable: true,
  },
  'serial/gone': {
    message: 'the serial device {path} went away: {reason}',
    status: 503,
    retryable: true,
  },
  'serial/closed': {
    message: 'the serial device {path} is not open',
    status: 503,
    retryable: true,
  },
  'serial/failed': {
    message: 'the serial device {path} can not be used: {reason}',
    status: 503,
    retryable: true,
  },
  'firmware/key': { message: 'the key can not be used: {reason}', status: 400, retryable: false },
  'smp/no-answer': {
    message: '{target} did not answer {command}: {attempts} requests in {seconds} s',
    status: 504,
    retryable: true,
  },
  'smp/refused': {
    message: '{target} refused {command}: {refusal}',
    status: 502,
    retryable: false,
  },
  'smp/answer': { message: '{target} answered rubbish: {reason}', status: 502, retryable: false },
  'smp/transport': { message: '{target} can not be reached: {reason}', status: 503, retryable: true },
  'smp/closed': { message: 'the connection to {target} was closed', status: 503, retryable: true },
  'smp/upload': { message: '{target} does not take the file: {reason}', status: 502, retryable: true },
  'smp/target': {
    message:
      '"{target}" is no device: expected udp://host[:port], serial:///dev/…[?baud=…], ble://address or a name',
    status: 400,
    retryable: false,
  },
  'ble/unavailable': {
    message: 'Bluetooth can not be used now: {reason}',
    status: 503,
    retryable: true,
  },
  'ble/not-found': {
    message: 'the Bluetooth device {address} did not answer within {timeoutMs} ms',
    status: 504,
    retryable: true,
  },
  'ble/no-service': {
    message: 'the Bluetooth device {address} lacks the service {service}, or a characteristic of it',
    status: 502,
    retryable: false,
  },
  'ble/disconnected': {
    message: 'the connection to the Bluetooth device {address} has ended',
    status: 503,
    retryable: true,
  },
  'ble/too-long': {
    message: 'the Bluetooth device {address} takes at most {max} bytes at a time, {length} came',
    status: 400,
    retryable: false,
  },
} as const satisfies ErrorCatalogue;

/** Makes an error of the catalogue of links. */
export const linkError = errorMaker(LINK_ERRORS);
