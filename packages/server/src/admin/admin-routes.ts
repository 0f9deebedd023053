import { API_PREFIX, operations, type SessionInfo, sessionBody } from '@kilowink/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serverError } from '../errors.ts';
import { readInput } from '../http/query.ts';
import { type AdminSessions, SESSION_MS } from './sessions.ts';

const COOKIE = 'kilowink_session';

/** Refuses a request that is not the administrator's. */
export type RequireAdmin = (request: FastifyRequest) => void;

/** Logging in and out, and the check that everything which changes something calls first. */
export function addAdminRoutes(app: FastifyInstance, sessions: AdminSessions): RequireAdmin {
  app.get(operations.readSession.path, (request): SessionInfo => describe(sessions, tokenOf(request)));
  app.post(operations.openSession.path, async (request, reply): Promise<SessionInfo> => {
    assertSameOrigin(request);
    const { password } = readInput(sessionBody, request.body ?? {});
    const token = await sessions.open(password, request.ip);
    setCookie(reply, token, SESSION_MS / 1_000);
    return describe(sessions, token);
  });
  app.delete(operations.closeSession.path, (request, reply): SessionInfo => {
    assertSameOrigin(request);
    sessions.close(tokenOf(request));
    setCookie(reply, '', 0);
    return describe(sessions, null);
  });
  return (request) => {
    assertSameOrigin(request);
    if (sessions.has(tokenOf(request))) return;
    throw sessions.hasPassword ? serverError('admin/login') : serverError('admin/no-password');
  };
}

function describe(sessions: AdminSessions, token: string | null): SessionInfo {
  return { admin: sessions.has(token), passwordSet: sessions.hasPassword };
}

/** The cookie goes to no other site, is read by no script, and is sent with nothing that another site starts. */
function setCookie(reply: FastifyReply, token: string, maxAgeS: number): void {
  reply.header(
    'set-cookie',
    `${COOKIE}=${token}; Path=${API_PREFIX}; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}`,
  );
}

function tokenOf(request: FastifyRequest): string | null {
  const found = /(?:^|;\s*)kilowink_session=([\w-]+)/.exec(request.headers.cookie ?? '');
  return found?.[1] ?? null;
}

/** A browser names the page that asks; one of another site must not act with this one's cookie. */
function assertSameOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw serverError('admin/origin', { origin });
}
