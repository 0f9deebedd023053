export * from './live.ts';
export * from './operations.ts';
export * from './routes.ts';
export * from './series.ts';
export * from './site.ts';
