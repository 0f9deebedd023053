import { type ErrorCatalogue, errorMaker } from '@kilowink/core/error';

/** What can go wrong in the store. A code is never reused. */
export const STORE_ERRORS = {
  'store/missing': {
    message: 'expected a store at {path}, found none: start `kilowink serve` on that folder, or name another',
    status: 503,
    retryable: true,
  },
  'store/newer': {
    message:
      'the store at {path} has schema version {found}, this program knows versions up to {known}: use the newer program',
    status: 500,
    retryable: false,
  },
  'store/older': {
    message:
      'the store at {path} has schema version {found}, reading needs {known}: start `kilowink serve` on it once, which brings it up to date',
    status: 503,
    retryable: true,
  },
  'store/foreign': {
    message:
      'expected a Kilowink store at {path}, found another program’s SQLite database (application id {found})',
    status: 500,
    retryable: false,
  },
  'store/locked': {
    message:
      'process {pid} serves the store in {folder} already: stop it, or open another folder (a read-only instance may run beside it)',
    status: 503,
    retryable: true,
  },
  'store/busy': {
    message: 'another process kept the store at {path} locked for longer than {waitedMs} ms',
    status: 503,
    retryable: true,
  },
  'store/full': {
    message: 'no room to write to the store at {path}: {reason}',
    status: 507,
    retryable: true,
  },
  'store/damaged': {
    message: 'the store at {path} is damaged: {reason}',
    status: 500,
    retryable: false,
  },
  'store/failed': {
    message: 'the store at {path} cannot be used: {reason}',
    status: 500,
    retryable: false,
  },
  'store/read-only': {
    message:
      'expected to write to {path}, which this user or the file system refuses ({reason}): run as its owner, or show it with `kilowink serve -r`',
    status: 500,
    retryable: false,
  },
  'store/restoring': {
    message:
      'a restore into {folder} was interrupted: start `kilowink serve` on it, which finishes it, or restore again',
    status: 503,
    retryable: true,
  },
  'store/closed': {
    message: 'the store at {path} is closed',
    status: 500,
    retryable: false,
  },
  'store/series': {
    message: 'expected a series that exists, got {series}',
    status: 404,
    retryable: false,
  },
  'store/run': {
    message: 'expected a run that exists, got {run}',
    status: 404,
    retryable: false,
  },
  'store/correction': {
    message: 'expected a correction that exists, got {id}',
    status: 404,
    retryable: false,
  },
} as const satisfies ErrorCatalogue;

/** Makes an error of the store's catalogue. */
export const storeError = errorMaker(STORE_ERRORS);
