import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** No script, style or request but our own: the page works without the Internet and can not be made to talk to it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** The page: `/stats`, where `/` leads to, and what it is made of. `folder` is where the web build is. */
export function addPageRoutes(app: FastifyInstance, folder: string): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
    done(null, payload);
  });
  app.get('/', (_request, reply) => reply.redirect('/stats'));
  app.get('/stats/', (_request, reply) => reply.redirect('/stats'));
  if (!existsSync(join(folder, 'index.html'))) return;
  app.register(fastifyStatic, {
    root: folder,
    index: false,
    wildcard: false,
    preCompressed: true,
    setHeaders: cacheFor,
  });
  app.get('/stats', (_request, reply: FastifyReply) =>
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY).sendFile('index.html'),
  );
}

/** Files named after their content never change; everything else is asked for again. */
function cacheFor(reply: FastifyReply, path: string): void {
  const forever = /[\\/]assets[\\/]/.test(path);
  reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
}
