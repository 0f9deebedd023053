export * from './live.ts';
export * from './routes.ts';
export * from './series.ts';
export * from './site.ts';
