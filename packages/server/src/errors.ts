import { errorMaker } from '@kilowink/core/error';

/** What can go wrong in the server, by code. A code is never reused. */
export const SERVER_ERRORS = {
  'config/unreadable': {
    message: 'The configuration file {path} can not be read: {reason}.',
    status: 500,
    retryable: false,
  },
  'config/invalid': {
    message: 'The configuration is not usable:\n{faults}',
    status: 500,
    retryable: false,
  },
  'http/port-taken': {
    message:
      'Port {port} on {host} is taken: another program (or another kilowink) listens there. Choose one with -p.',
    status: 500,
    retryable: true,
  },
  'http/no-page': {
    message: 'The page is not built: expected {path}. Run `npm run build`.',
    status: 500,
    retryable: false,
  },
  'admin/login': {
    message: 'This is for the administrator: log in first.',
    status: 401,
    retryable: false,
  },
  'admin/no-password': {
    message:
      'Nothing can be changed over the network until an administrator’s password is set: run `kilowink admin password` on the server.',
    status: 403,
    retryable: false,
  },
  'admin/wrong-password': {
    message: 'That is not the administrator’s password.',
    status: 401,
    retryable: false,
  },
  'admin/too-many-tries': {
    message: 'Too many wrong passwords: try again in {waitS} s.',
    status: 429,
    retryable: true,
  },
  'admin/weak-password': {
    message: 'Expected a password of at least {min} characters.',
    status: 400,
    retryable: false,
  },
  'admin/origin': {
    message: 'A page of {origin} asked to change something here; that is not done.',
    status: 403,
    retryable: false,
  },
  'admin/unreadable': {
    message: 'The administrator’s password in {path} can not be read: {reason}. Set it again.',
    status: 500,
    retryable: false,
  },
  'query/invalid': { message: '{faults}', status: 400, retryable: false },
  'query/time': {
    message: '{name}: expected ISO 8601 (2026-03-29T10:00Z) or UTC milliseconds, "{value}" came.',
    status: 400,
    retryable: false,
  },
  'query/range': {
    message: 'from {from} is not before to {to}.',
    status: 400,
    retryable: false,
  },
  'series/gauge': {
    message: 'Series {id} is a gauge ({quantity}): it has no total. Read its buckets.',
    status: 400,
    retryable: false,
  },
  'query/step': {
    message: 'step: expected one of {known}, "{value}" came.',
    status: 400,
    retryable: false,
  },
  'query/too-many-buckets': {
    message: 'step {step} makes {count} buckets between from and to; at most {max} are answered.',
    status: 400,
    retryable: false,
  },
  'query/too-few-points': {
    message:
      'points: {points} is too few; the longest step, {step}, makes {count} buckets between from and to.',
    status: 400,
    retryable: false,
  },
  'series/unknown': {
    message: 'There is no series {id}; GET /api/v1/series lists them.',
    status: 404,
    retryable: false,
  },
  'keys/unreadable': {
    message: 'The sensors’ keys in {path} can not be read: {reason}.',
    status: 500,
    retryable: false,
  },
  'keys/unwritable': {
    message: 'The sensors’ keys can not be written to {path}: {reason}.',
    status: 500,
    retryable: false,
  },
  'keys/known': {
    message: 'Sensor {id} has a key already; `kilowink sensor key {id} --rotate` makes a new one.',
    status: 409,
    retryable: false,
  },
  'keys/none': {
    message: 'Sensor {id} has no key; `kilowink sensor add --id {id}` makes one.',
    status: 404,
    retryable: false,
  },
  'mqtt/users-unreadable': {
    message: 'The broker’s users in {path} can not be read: {reason}.',
    status: 500,
    retryable: false,
  },
  'mqtt/user-known': {
    message: 'There is a user {name} already; `kilowink mqtt user remove {name}` removes it.',
    status: 409,
    retryable: false,
  },
  'mqtt/user-none': {
    message: 'There is no user {name}; `kilowink mqtt user list` lists them.',
    status: 404,
    retryable: false,
  },
  'mqtt/retained-unreadable': {
    message:
      'The broker’s kept messages in {path} can not be read: {reason}. Without the file it starts empty.',
    status: 500,
    retryable: false,
  },
  'mqtt/unwritable': { message: '{path} can not be written: {reason}.', status: 500, retryable: true },
  'mqtt/port-taken': {
    message:
      'Port {port} on {host} is taken, often by another broker: use that one (mqtt.url), or choose another port (mqtt.broker.port).',
    status: 500,
    retryable: true,
  },
  'mqtt/certificate': {
    message: 'The certificate {cert} with the key {key} can not be used: {reason}.',
    status: 500,
    retryable: false,
  },
  'mqtt/unready': {
    message: 'The broker could not be started: {reason}.',
    status: 500,
    retryable: false,
  },
  'http/not-found': { message: 'There is nothing at {method} {path}.', status: 404, retryable: false },
} as const;

export const serverError = errorMaker(SERVER_ERRORS);
