export {
  createGeometry,
  type Geometry,
  RATE_HZ_MAX,
  RATE_HZ_MIN,
  RING_TICKS,
  SAMPLE_MISSING,
  SAMPLE_MV_MAX,
  WINDOW_S,
} from './geometry.ts';
export {
  PulseDetector,
  type PulseFlash,
  type PulseOptions,
  type PulseSink,
  type PulseView,
} from './pulse-detector.ts';
export { PULSE_STATES, type PulseState, type PulseWindow } from './windows.ts';
