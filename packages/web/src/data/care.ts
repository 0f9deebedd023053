import type {
  EventsAnswer,
  FirmwareImage,
  FirmwareInfo,
  FirmwareRun,
  LightAnswer,
  Problem,
  SessionInfo,
} from '@kilowink/api';
import { API_PREFIX } from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import { webError } from '../errors.ts';
import { getJson } from './api.ts';

/**
 * What looks after sensors. Throws as `api` does; a refusal's `code` is the server's own, among them `admin/login` where the
 * administrator must log in first.
 */
export const care = {
  session: (): Promise<SessionInfo> => getJson('/session', {}),
  login: (password: string): Promise<SessionInfo> => send('POST', '/session', { json: { password } }),
  logout: (): Promise<SessionInfo> => send('DELETE', '/session'),
  light: (source: string): Promise<LightAnswer> =>
    getJson(`/sensors/${encodeURIComponent(source)}/light`, {}),
  events: (source: string): Promise<EventsAnswer> =>
    getJson(
      `/events?kind=sensorBoot,firmwareUpdate,implausible&limit=5&source=${encodeURIComponent(source)}`,
      {},
    ),
  firmware: (): Promise<FirmwareInfo> => send('GET', '/firmware'),
  addImage: (file: File): Promise<FirmwareImage> =>
    send('POST', `/firmware/images?name=${encodeURIComponent(file.name)}`, { file }),
  removeImage: (hash: string): Promise<FirmwareInfo> => send('DELETE', `/firmware/images/${hash}`),
  update: (image: string, sensors: readonly string[]): Promise<FirmwareRun> =>
    send('POST', '/firmware/update', { json: { image, sensors } }),
  cancel: (): Promise<FirmwareInfo> => send('DELETE', '/firmware/update'),
};

/** The server's code of a refusal; empty for anything else. */
export function refusalCode(error: unknown): string {
  return error instanceof AppError ? String(error.details['code'] ?? '') : '';
}

/** Asks for a change. Throws as `api` does; `refusalCode` tells why it was refused. */
export async function send<T>(
  method: string,
  path: string,
  body: { readonly json?: unknown; readonly file?: Blob } = {},
): Promise<T> {
  const { json, file } = body;
  const content = file ?? (json === undefined ? undefined : JSON.stringify(json));
  const type = file === undefined ? 'application/json' : 'application/octet-stream';
  const response = await fetch(API_PREFIX + path, {
    ...{ method, headers: content === undefined ? {} : { 'content-type': type } },
    ...(content === undefined ? {} : { body: content }),
  }).catch((cause: unknown) => {
    throw webError('web/unreachable', { path }, cause);
  });
  const answer = (await response.json().catch(() => null)) as (Partial<Problem> & T) | null;
  if (response.ok && answer !== null) return answer;
  const { detail = response.statusText, code = '', why = '', values = {} } = answer ?? {};
  throw webError('web/refused', { ...values, path, status: response.status, detail, code, why });
}
