export { systemClock } from './clock.ts';
export { PAGE_FOLDER, type RunningServer, type ServerOptions, startServer } from './server.ts';
