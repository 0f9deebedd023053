export { reachableAddresses } from './addresses.ts';
export { addEventRoutes } from './event-routes.ts';
export { addPageRoutes } from './page-routes.ts';
export { answerWithProblems } from './problem.ts';
export { type SensorHandler, sensorHandler } from './sensor-routes.ts';
export { addSeriesRoutes, type SeriesRoutes } from './series-routes.ts';
export { addSiteRoutes, type SiteRoutes } from './site-routes.ts';
export { addWarmUp } from './warm-up.ts';
