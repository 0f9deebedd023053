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
} as const satisfies ErrorCatalogue;

/** Makes an error of the catalogue of links. */
export const linkError = errorMaker(LINK_ERRORS);
