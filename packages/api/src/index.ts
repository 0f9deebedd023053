export * from './events.ts';
export * from './live.ts';
export * from './meters.ts';
export * from './mqtt-health.ts';
export * from './operations.ts';
export * from './routes.ts';
export * from './series.ts';
export * from './site.ts';
