export { addSensorCareRoutes } from './sensor-care-routes.ts';
export { SensorWatch, type SensorWatchOptions } from './sensor-watch.ts';
