import { errorMaker } from '@kilowink/core/error';

/** What can go wrong in a command, by code. A code is never reused. */
export const CLI_ERRORS = {
  'cli/usage': { message: '{reason}', status: 400, retryable: false },
  'cli/file': { message: 'can not read {path}: {reason}', status: 400, retryable: false },
  'cli/homes': { message: '{path}: {reason}. Nothing was written.', status: 400, retryable: false },
  'scan/line': {
    message:
      '{path}, line {line}: expected an HCI packet in hex, or an address, a signal (dBm) or -, and data in hex',
    status: 400,
    retryable: false,
  },
  'scan/unavailable': { message: '{reason} {advice}', status: 503, retryable: true },
  'cli/output': { message: 'can not write {path}: {reason}', status: 500, retryable: false },
  'import/unreadable': { message: '{path}: {reason}', status: 400, retryable: false },
  'import/strict': {
    message: '{path}: {count} bad lines and --strict: nothing was written',
    status: 400,
    retryable: false,
  },
  'import/changed': {
    message:
      '{path}: the series {source} changed while the file was read; nothing was written. Import it again.',
    status: 409,
    retryable: true,
  },
  'import/unit': {
    message:
      'series {series} counts whole {unit}, the file has energy to the mWh: import it into a series of its own',
    status: 400,
    retryable: false,
  },
  'series/none': {
    message: 'there is no series {wanted}; known are: {known}',
    status: 404,
    retryable: false,
  },
  'series/ambiguous': {
    message: 'more than one series is called {wanted}: give its number ({known})',
    status: 400,
    retryable: false,
  },
  'correct/none': {
    message: 'series {series} has no correction {number}; `kilowink correct list` lists them',
    status: 404,
    retryable: false,
  },
  'index/none': {
    message: 'nobody read the display of {series} at {when}; `kilowink index list` lists the readings',
    status: 404,
    retryable: false,
  },
  'detect/line': {
    message: '{path}, line {line}: expected a whole number of mV from -32768 to 32767, "{came}" came',
    status: 400,
    retryable: false,
  },
  'detect/odd': {
    message: '{path}: expected 2 bytes a sample, one byte came after sample {samples}',
    status: 400,
    retryable: false,
  },
  'sim/pty': {
    message: 'no pseudo terminal: {reason}. It takes the program socat; --to writes a file instead.',
    status: 500,
    retryable: false,
  },
  'sim/profile': { message: '{path}: {reason}', status: 400, retryable: false },
  'sim/no-answer': { message: 'no answer from {host}:{port}: {reason}', status: 503, retryable: true },
  'fw/image': { message: '{path} is not sent: {reason}', status: 400, retryable: false },
  'fw/signature': { message: '{path}: {reason} (expected key {key}…)', status: 400, retryable: false },
  'smp/name': {
    message:
      'no sensor is called {name}; known are: {known}. A device can also be given as udp://host, serial:///dev/… or ble://…',
    status: 404,
    retryable: false,
  },
  'smp/shell': { message: 'the command ended with code {exitCode}', status: 502, retryable: false },
  'smp/bluetooth': { message: 'Bluetooth: {reason}', status: 503, retryable: true },
  'backup/exists': {
    message: '{path} is there already: give another name, or --force',
    status: 409,
    retryable: false,
  },
  'backup/unreadable': { message: '{path} is no sound backup: {reason}', status: 400, retryable: false },
  'backup/too-large': {
    message:
      '{name} has {sizeBytes} bytes, an archive takes {max} of each file: copy the data folder of a stopped server',
    status: 500,
    retryable: false,
  },
  'backup/name': {
    message: '{name} can not be in an archive, which takes names of up to 100 bytes: call it otherwise',
    status: 400,
    retryable: false,
  },
  'coredump/none': { message: '{place} holds no core dump', status: 404, retryable: false },
  'coredump/broken': { message: '{place}: {reason}', status: 400, retryable: false },
} as const;

export const cliError = errorMaker(CLI_ERRORS);
