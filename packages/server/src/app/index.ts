export { type AnnouncedServer, announceServer } from './announcing.ts';
export { systemClock } from './clock.ts';
export { PAGE_FOLDER, type RunningServer, type ServerOptions, startServer } from './server.ts';
