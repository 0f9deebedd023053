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
    message:
      '{name}: expected ISO 8601 (2026-03-29T10:00Z), a local date or time (2026-03-29T12:00) or UTC milliseconds, "{value}" came.',
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
  'query/columns': {
    message: 'columns: expected some of {known}, "{value}" came.',
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
  'http/read-only': {
    message: 'This instance only shows: change things at the one that takes the reports.',
    status: 403,
    retryable: false,
  },
  'correction/refused': { message: 'The correction was not made: {reason}.', status: 400, retryable: false },
  'correction/measurement': {
    message: 'Series {id} is chosen from several sensors: correct the one that is wrong ({members}).',
    status: 400,
    retryable: false,
  },
  'correction/unknown': {
    message: 'Series {series} has no correction {id}; GET its corrections lists them.',
    status: 404,
    retryable: false,
  },
  'reading/refused': { message: 'The reading was not kept: {reason}.', status: 400, retryable: false },
  'reading/unknown': {
    message: 'Nobody read the display of series {series} at {at}.',
    status: 404,
    retryable: false,
  },
  'compare/itself': {
    message: 'with: expected another series than {id} itself.',
    status: 400,
    retryable: false,
  },
  'compare/by': {
    message: 'by: expected day, week or month with another series, "{by}" came.',
    status: 400,
    retryable: false,
  },
  'compare/quantity': {
    message: 'with: expected a series of {expected}, as {id} is; series {with} is of {found}.',
    status: 400,
    retryable: false,
  },
  'compare/too-many': {
    message: 'That makes {count} periods, at most {max} are compared: ask for a shorter range or by month.',
    status: 400,
    retryable: false,
  },
  'standing-load/days': {
    message: 'That makes {count} days, at most {max} are answered.',
    status: 400,
    retryable: false,
  },
  'standing-load/unit': {
    message: 'Series {id} does not count flashes of 1 Wh: it tells no standing load.',
    status: 400,
    retryable: false,
  },
  'firmware/image': { message: '{name} is refused: {reason}.', status: 400, retryable: false },
  'firmware/signature': {
    message: '{name} is refused: {reason}. Images must be signed with one of: {keys}.',
    status: 400,
    retryable: false,
  },
  'firmware/keys': {
    message: 'The key {path} that images are checked with can not be used: {reason}.',
    status: 500,
    retryable: false,
  },
  'firmware/unreadable': { message: '{path} can not be read: {reason}.', status: 500, retryable: false },
  'firmware/full': {
    message: 'There are {max} firmware images already: remove one first.',
    status: 409,
    retryable: false,
  },
  'firmware/no-image': { message: 'There is no firmware image {hash}….', status: 404, retryable: false },
  'firmware/in-use': {
    message: 'This image is being brought onto sensors: end the update first.',
    status: 409,
    retryable: true,
  },
  'firmware/busy': {
    message: 'An update is under way: there is one at a time.',
    status: 409,
    retryable: true,
  },
  'firmware/none-running': { message: 'No update is under way.', status: 409, retryable: false },
  'firmware/no-sensor': {
    message: 'There is no sensor {source}; GET /api/v1/firmware lists them.',
    status: 400,
    retryable: false,
  },
  'firmware/no-device': {
    message:
      'Nobody said where {name} is looked after: add `device` to its entry under `sensors` in the configuration.',
    status: 400,
    retryable: false,
  },
  'firmware/no-report': {
    message:
      '{name} runs the new firmware, but no report of it came within {minutes} min: it was restarted, which brings the old one back.',
    status: 504,
    retryable: true,
  },
  'firmware/cancelled': { message: 'The update was ended by a person.', status: 409, retryable: false },
  'firmware/stopped': { message: 'The server was ended.', status: 503, retryable: false },
  'file/empty': { message: 'The file {name} is empty.', status: 400, retryable: false },
  'file/too-large': {
    message:
      'The file has more than {max} MiB, which is too much over the network: take it in on the server, with `kilowink import`.',
    status: 413,
    retryable: false,
  },
  'file/unpacked': { message: '{name}: {reason}.', status: 400, retryable: false },
  'file/damaged': { message: '{name}: {reason}.', status: 400, retryable: false },
  'file/web-page': { message: '{name}: {reason}.', status: 400, retryable: false },
  'file/other': { message: '{name}: {reason}.', status: 400, retryable: false },
  'file/no-table': { message: '{name}: {reason}.', status: 400, retryable: false },
  'file/no-rows': { message: '{name}: {reason}.', status: 400, retryable: false },
  'file/command-line': {
    message:
      '{name} is of the format {format}, which is taken in on the server, with `kilowink import {name}`: such files are too large for a page.',
    status: 400,
    retryable: false,
  },
  'file/unit': {
    message:
      'The series "{name}" ({source}) counts in {unit}, for another kind of file made it: give this file another name.',
    status: 409,
    retryable: false,
  },
  'file/memory': {
    message:
      'Reading {name} takes more memory than an import may use: take it in on the server, with `kilowink import`.',
    status: 413,
    retryable: false,
  },
  'file/failed': { message: 'Reading {name} failed: {reason}', status: 500, retryable: false },
  'file/busy': { message: 'Other files are being read just now: try again.', status: 503, retryable: true },
  'file/stopped': { message: 'The server is ending: nothing was taken in.', status: 503, retryable: true },
  'http/not-found': { message: 'There is nothing at {method} {path}.', status: 404, retryable: false },
} as const;

export const serverError = errorMaker(SERVER_ERRORS);
