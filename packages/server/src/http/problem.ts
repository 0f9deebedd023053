import type { Problem } from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { serverError } from '../errors.ts';

const PROBLEM_TYPE = 'application/problem+json';

/** Every fault of the API leaves as RFC 9457 problem details; what we did not foresee says so without its inside. */
export function answerWithProblems(app: FastifyInstance, log: (line: string) => void): void {
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, toProblem(error, log)));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    return sendProblem(
      reply,
      toProblem(serverError('http/not-found', { method: request.method, path }), log),
    );
  });
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .send(Buffer.from(JSON.stringify(problem)));
}

function toProblem(error: unknown, log: (line: string) => void): Problem {
  if (error instanceof AppError) {
    const { why, reason: _, ...values } = error.details;
    const told = problemOf(error.code, error.status, error.message);
    return why === undefined ? told : { ...told, why: String(why), values };
  }
  const status = statusOf(error);
  if (status !== null && status < 500) {
    return problemOf(
      'http/request',
      status,
      error instanceof Error ? error.message : 'The request is not usable.',
    );
  }
  log(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return problemOf('http/unexpected', 500, 'Something went wrong in the server; its log says what.');
}

function problemOf(code: string, status: number, detail: string): Problem {
  return { type: `/api/v1/errors#${code}`, title: code, status, detail, code };
}

function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : null;
}
