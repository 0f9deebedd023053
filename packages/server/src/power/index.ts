export { drawnBucketPower, drawnPointPower } from './drawn-power.ts';
