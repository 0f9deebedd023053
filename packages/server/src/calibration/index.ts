export { type AskedCalibration, type CalibratedStretch, calibrate } from './calibration.ts';
