import { assert } from '@kilowink/core/error';
import { type Calm, createCalm, standOnCalm, updateCalm } from './calm.ts';
import { type Contrast, createContrast, measureContrast, type Search } from './contrast.ts';
import { createGeometry, type Geometry, peakWait, SAMPLE_MISSING, SAMPLE_MV_MAX } from './geometry.ts';
import { clamp, divide } from './int-math.ts';
import {
  createNoise,
  deviationUv,
  doubtNoise,
  type Noise,
  reachOf,
  thresholdFor,
  updateNoise,
  varianceOf,
} from './noise.ts';
import { createProfile, expectedRise, learntWidth, type Profile, passTick, recognise } from './profile.ts';
import { createFlanks, type Flanks, findOnMovingLight } from './roughness.ts';
import { createShape, type Fit, isFaint, measureShape, type Peak, removeFlash, type Shape } from './shape.ts';
import { createSmoother, type Smoother, smoothSample } from './smoother.ts';
import { findBesideSwitch } from './switched.ts';
import { createTickRing, pushTick, type TickRing } from './tick-ring.ts';
import {
  addBaseline,
  addFlash,
  createWindows,
  type Health,
  type PulseWindow,
  passSample,
  placeInWindow,
  spoil,
  takeWindow,
  type Windows,
} from './windows.ts';

/*
 * Flashes of a meter's light out of samples of a photodiode, as they come:
 *
 *   sample ─ smoother ─ ring of ticks ─ contrast ─ peak ─ shape ─ profile ─ window
 *             no 50 Hz    650 ms of it    of a stretch  fits a  is one of   counts
 *             flicker                     with its      flash   this meter's
 *                                         two sides
 *
 * `contrast` is the matched filter for a flash of the learnt length on a light of which nothing is known but that it
 * changes slowly; see docs/design/pulse-detector.md. firmware/core/src/pulse_*.c is the same, bit for bit: all numbers are
 * 32-bit integers, division is towards zero, only numbers from 0 on are shifted right (`middle16` and the fit's height
 * are such).
 */

/** How the detector is set up: by the board, not by the user. */
export interface PulseOptions {
  /** Samples a second, a whole number from 20 to 8,000. 1,000 is what the firmware uses; below 200 flicker is not cancelled. */
  readonly rateHz: number;
  /** What the ADC gives at most, in mV: 1 to 4,095. */
  readonly fullScaleMv: number;
}

/** A flash, told up to half a second after its light. */
export interface PulseFlash {
  readonly windowNumber: number;
  /** The middle of the flash, in samples from the start of its window. */
  readonly sample: number;
  readonly amplitudeUv: number;
  /** In 1/16 tick; see `Geometry`. */
  readonly length16: number;
}

/** Who is told what was found, in the order of finding. */
export interface PulseSink {
  flash?(flash: PulseFlash): void;
  window?(window: PulseWindow): void;
}

/** What the detector sees at present, for drawing: in 1/64 mV, of the stretch of light that now has both sides. */
export interface PulseView {
  readonly baseline64: number;
  readonly threshold64: number;
  /** How many samples ago that stretch's middle was. */
  readonly samplesAgo: number;
}

/** What rises less is not looked at: 8 mV, in 1/64. */
const PEAK_64_MIN = 512;
/** Flashes under so many times what has to be passed are near the noise. */
const BURIED = 3;
/** What is near the noise is learnt from flashes at most so many windows apart. */
const FAINT_WINDOWS = 6;
/** Flashes to have been learnt before one is looked for on moving light. */
const MOVING_COUNT_MIN = 3;

export class PulseDetector {
  readonly geometry: Geometry;
  readonly #fullScaleMv: number;
  readonly #smoother: Smoother = createSmoother();
  readonly #ring: TickRing = createTickRing();
  readonly #noise: Noise = createNoise();
  readonly #calm: Calm = createCalm();
  readonly #profile: Profile = createProfile();
  readonly #windows: Windows = createWindows();
  readonly #contrast: Contrast = createContrast();
  readonly #shape: Shape = createShape();
  readonly #flanks: Flanks = createFlanks();
  /** What is looked for; while no flash is known, with the width of the peak that is waited for. */
  readonly #search: Search = { width: 0, tolerance64: 0 };
  /** The width that saw most in the last tick. */
  readonly #tried = { width: 0 };
  #near64 = 0;
  #wide64 = 0;
  #clipMv = 0;
  #clippedSamples = 0;
  #missingSamples = 0;
  #lastMv = 0;
  #peak64 = 0;
  #peakAge = 0;
  #previous64 = 0;
  /** Ticks since the middle of the last flash, or of what was taken out as if it were one. */
  #lastFlashAge = 65_535;

  constructor(options: PulseOptions) {
    const { rateHz, fullScaleMv } = options;
    assert(
      Number.isInteger(fullScaleMv) && fullScaleMv >= 1 && fullScaleMv <= SAMPLE_MV_MAX,
      `a full scale of ${fullScaleMv} mV is not a whole number from 1 to ${SAMPLE_MV_MAX}`,
    );
    this.geometry = createGeometry(rateHz);
    this.#fullScaleMv = fullScaleMv;
    this.#search.width = this.geometry.bank[1];
    this.#adapt();
  }

  /** Takes samples in mV, or `SAMPLE_MISSING`; however they are cut up, what is found is the same. */
  feed(samplesMv: Int16Array, sink: PulseSink): void {
    for (let i = 0; i < samplesMv.length; i++) this.#takeSample(samplesMv[i] as number, sink);
  }

  get view(): PulseView {
    const { pre64, post64 } = this.#contrast;
    const { far, near, guard, samplesPerTick, delaySamples } = this.geometry;
    return {
      baseline64: divide(pre64 + post64, 2),
      threshold64: Math.max(
        this.#contrast.isWide ? this.#wide64 : this.#near64,
        this.#profile.amplitude64 >> 1,
      ),
      samplesAgo: (far + near + guard + (this.#search.width >> 1)) * samplesPerTick + delaySamples,
    };
  }

  #takeSample(givenMv: number, sink: PulseSink): void {
    const isMissing = givenMv === SAMPLE_MISSING;
    const sampleMv = isMissing ? this.#lastMv : clamp(givenMv, 0, SAMPLE_MV_MAX);
    this.#lastMv = sampleMv;
    if (passSample(this.#windows, this.geometry)) {
      const window = takeWindow(this.#windows, this.geometry, this.#health());
      sink.window?.(window);
    }
    this.#watchBlindness(sampleMv, isMissing);
    if (smoothSample(this.#smoother, this.geometry, sampleMv)) this.#takeTick(sink);
  }

  /** A flash is shorter than `blindSamples`: what lasts longer at the top of the scale, or is missing, can hide one. */
  #watchBlindness(sampleMv: number, isMissing: boolean): void {
    const { blindSamples } = this.geometry;
    this.#clippedSamples = sampleMv >= this.#clipMv ? Math.min(this.#clippedSamples + 1, 65_535) : 0;
    this.#missingSamples = isMissing ? Math.min(this.#missingSamples + 1, 65_535) : 0;
    if (this.#missingSamples > blindSamples) spoil(this.#windows, this.#missingSamples, 'isMissing');
    if (this.#clippedSamples > blindSamples) spoil(this.#windows, this.#clippedSamples, 'isClipped');
  }

  #takeTick(sink: PulseSink): void {
    const { geometry } = this;
    updateCalm(this.#calm, { ring: this.#ring, geometry, noise: this.#noise });
    pushTick(this.#ring, this.#smoother.tick8);
    passTick(this.#profile, geometry.samplesPerTick);
    this.#lastFlashAge = Math.min(this.#lastFlashAge + 1, 65_535);
    if (updateNoise(this.#noise, this.#ring, geometry)) this.#adapt();
    const score = this.#profile.count > 0 ? this.#riseOf(this.#search) : this.#tryBank();
    addBaseline(this.#windows, this.#contrast.pre64 >> 3);
    const wait = peakWait(this.#search.width);
    if (score > this.#peak64 || (this.#peakAge > wait && score > this.#previous64)) {
      this.#peak64 = score;
      this.#peakAge = 0;
      if (this.#tried.width !== this.#search.width) this.#setWidth(this.#tried.width);
    } else {
      this.#peakAge = Math.min(this.#peakAge + 1, 65_535);
      if (this.#peakAge === wait && this.#peak64 >= PEAK_64_MIN) this.#judgePeak(sink);
    }
    this.#previous64 = score;
  }

  #riseOf(search: Search): number {
    measureContrast(this.#contrast, { ring: this.#ring, geometry: this.geometry, shift: 0 }, search);
    return this.#contrast.rise64;
  }

  /** While no flash is known: the highest contrast of three widths, each as far as it sees through noise. */
  #tryBank(): number {
    const { bank, gains16 } = this.geometry;
    const trial = { width: 0, tolerance64: this.#search.tolerance64 };
    let best = -(1 << 30);
    for (let i = 0; i < bank.length; i++) {
      trial.width = bank[i] as number;
      const score = divide(this.#riseOf(trial) * (gains16[i] as number), 16);
      if (score <= best) continue;
      best = score;
      this.#tried.width = trial.width;
    }
    return best;
  }

  /** Decides whether the peak that was `#peakAge` ticks ago is a flash. */
  #judgePeak(sink: PulseSink): void {
    // What shrinks at the top of the scale is not what is to be known of a flash.
    if (this.#clippedSamples > this.geometry.blindSamples) return;
    const contrast = this.#contrast;
    const needed64 = this.#chooseBase();
    // A step has sides that differ by twice what its upper end rises above their mean.
    const isSteep = Math.abs(contrast.pre64 - contrast.post64) > contrast.rise64;
    let certain = isSteep ? 0 : this.#countFlashes(needed64);
    if (certain === 0) certain = this.#countOnMovingLight();
    if (certain <= 0) return;
    this.#peak64 = 0;
    this.#lastFlashAge = this.#shape.middle16 >> 4;
    this.#adapt();
    for (let i = 0; i < certain - 1; i++) this.#tell(this.#profile.otherSamplesAgo[i] as number, sink);
    this.#tell(this.#samplesAgo, sink);
  }

  /**
   * Measures the peak beside near sides; near the noise, beside the calm light or wide sides where there are such. Returns
   * what it has to rise then, or 0 where flashes are far above the noise.
   */
  #chooseBase(): number {
    const contrast = this.#contrast;
    const { geometry } = this;
    this.#measurePeak(true);
    const { count, amplitude64 } = this.#profile;
    const isFaint = Math.max(contrast.rise64, amplitude64) < BURIED * this.#wide64;
    // Before any flash is known, what seems to be calm may be the mean of many.
    if (!isFaint || count === 0) return 0;
    const calmTicks = standOnCalm(contrast, this.#calm, { geometry, noise: this.#noise });
    if (calmTicks > 0) return this.#neededOn(calmTicks);
    this.#measurePeak(false);
    return contrast.isWide ? this.#wide64 : this.#near64;
  }

  #measurePeak(isNear: boolean): void {
    const place = { ring: this.#ring, geometry: this.geometry, shift: this.#peakAge };
    const search = isNear ? { width: this.#search.width, tolerance64: -1 } : this.#search;
    measureContrast(this.#contrast, place, search);
  }

  get #peakCentreAge(): number {
    const { far, near, guard } = this.geometry;
    return this.#peakAge + far + near + guard;
  }

  /** When the flash in `#shape` was. */
  get #samplesAgo(): number {
    const { samplesPerTick, delaySamples } = this.geometry;
    return divide(this.#shape.middle16 * samplesPerTick, 16) + delaySamples;
  }

  /** From the middle of the last flash to that of the one in `#shape`, in 1/16 tick. */
  get #sinceFlash16(): number {
    return this.#lastFlashAge * 16 - this.#shape.middle16;
  }

  #countOnMovingLight(): number {
    const { count, amplitude64 } = this.#profile;
    // Second differences see more of the noise than means do: under twelve deviations some of them look like flanks.
    const isClear = amplitude64 * 2 >= this.#near64 * 5 && this.#peak64 * 8 >= amplitude64;
    if (count < MOVING_COUNT_MIN || !isClear) return 0;
    const middleAge = this.#peakCentreAge + (this.#search.width >> 1);
    const place = { ring: this.#ring, geometry: this.geometry, middleAge, flanks: this.#flanks };
    const isFound =
      findOnMovingLight(this.#shape, place, this.#profile) ||
      findBesideSwitch(this.#shape, place, this.#profile);
    if (!isFound) return 0;
    // An LED is dark for longer than it flashes: what is closer is what was left of the last flash.
    if (this.#sinceFlash16 < (this.#shape.length16 * 3) >> 1) return 0;
    removeFlash(this.#shape, place);
    return 1;
  }

  /** How many flashes the peak makes certain; see `recognise`. The contrast holds the near sides at first. */
  #countFlashes(needed: number): number {
    const shape = this.#shape;
    const peak: Peak = {
      ring: this.#ring,
      geometry: this.geometry,
      contrast: this.#contrast,
      centreAge: this.#peakCentreAge,
      width: this.#search.width,
      learnt16: this.#profile.count > 0 ? this.#profile.length256 >> 4 : 0,
      learnt64: this.#profile.amplitude64,
      needed64: needed > 0 ? needed : this.#near64,
      noise64: this.#noise.third1024 >> 3,
    };
    const fit = needed > 0 ? measureShape(shape, peak) : this.#fitPeak(peak);
    if (fit === 'none') return 0;
    const { rise64 } = peak.contrast;
    const { needed64 } = peak;
    const isExact = fit === 'exact';
    const isLoud = rise64 >= needed64;
    let certain = 0;
    // What overlaps the last flash is what was left of it.
    if (isLoud && this.#sinceFlash16 >= shape.length16) {
      const { amplitude64, own16 } = shape;
      const measured = { rise64, amplitude64, length16: own16, samplesAgo: this.#samplesAgo };
      certain = recognise(this.#profile, measured, {
        slack16: this.geometry.slack16,
        isExact,
        isFaint: isFaint(peak),
        faintSamples: FAINT_WINDOWS * this.geometry.windowSamples,
      });
    }
    // What has exactly the shape of a flash is no noise: where flashes came so close that they were taken for it, this
    // frees them.
    const isKnown = peak.learnt16 > 0;
    const isFreed = this.#isFreed(peak, isExact);
    if (certain > 0 || isFreed) removeFlash(shape, peak);
    // What is left of what was taken out is no flash either.
    if (isLoud && isFreed) this.#lastFlashAge = shape.middle16 >> 4;
    if (!isLoud && isFreed && shape.isSharp) doubtNoise(this.#noise, !isKnown);
    return certain;
  }

  /** What of a peak is taken out of the ring though it was not counted. */
  #isFreed(peak: Peak, isExact: boolean): boolean {
    const { rise64 } = peak.contrast;
    const { needed64 } = peak;
    const isLoud = rise64 >= needed64;
    if (peak.learnt16 > 0) {
      const isLikeKnown = rise64 * 2 >= this.#profile.amplitude64;
      return isLikeKnown && (isExact || (!isLoud && rise64 * 2 >= needed64));
    }
    return isExact || (isLoud ? isFaint(peak) : rise64 * 5 >= needed64 * 3);
  }

  /** What has to be passed beside so many ticks of light. */
  #neededOn(sideTicks: number): number {
    const { width } = this.#search;
    const least64 = thresholdFor(this.#noise, this.geometry, varianceOf(this.geometry, width, sideTicks));
    // Two thirds of the least are 3.3 deviations: one flash in two thousand falls short by more.
    const known64 = expectedRise(this.#profile, this.geometry, width) - divide(least64 * 2, 3);
    return clamp(known64, least64, least64 + (least64 >> 2));
  }

  /** Looks with near sides; with wide ones, which are quieter, if that is not enough. */
  #fitPeak(peak: Peak): Fit {
    const fit = measureShape(this.#shape, peak);
    if (fit === 'exact' && peak.contrast.rise64 >= this.#near64) return fit;
    this.#measurePeak(false);
    if (!peak.contrast.isWide) return fit;
    peak.needed64 = this.#wide64;
    return fit === 'exact' ? fit : measureShape(this.#shape, peak);
  }

  #tell(samplesAgo: number, sink: PulseSink): void {
    const { amplitude64, length16 } = this.#shape;
    const place = placeInWindow(this.#windows, this.geometry, samplesAgo);
    if (place === undefined) return;
    addFlash(this.#windows, place, { amplitude64, length16 });
    sink.flash?.({ ...place, amplitudeUv: divide(amplitude64 * 125, 8), length16 });
  }

  /** Follows what was learnt: the width looked for, and what has to be passed. */
  #adapt(): void {
    const { geometry } = this;
    const { near, far } = geometry;
    if (this.#profile.count > 0) this.#tried.width = learntWidth(this.#profile, geometry);
    this.#setWidth(this.#profile.count > 0 ? this.#tried.width : this.#search.width);
    const sides64 = reachOf(this.#noise, geometry, divide(1 << 20, near) + divide(1 << 20, far));
    this.#search.tolerance64 = Math.max(384, sides64, this.#profile.amplitude64 >> 3);
    // So near to the top the diode gives way, and a flash could not pass the threshold: that blinds as well.
    const margin64 = Math.max(this.#fullScaleMv << 2, Math.min(this.#wide64, this.#fullScaleMv << 4));
    this.#clipMv = this.#fullScaleMv - (margin64 >> 6);
  }

  #setWidth(width: number): void {
    const { near, far } = this.geometry;
    this.#search.width = width;
    this.#near64 = this.#neededOn(2 * near);
    this.#wide64 = this.#neededOn(2 * (near + far));
  }

  #health(): Health {
    const { geometry } = this;
    const { width } = this.#search;
    const { count, amplitude64 } = this.#profile;
    const isWeak = amplitude64 < 2 * this.#wide64;
    return {
      noiseUv: deviationUv(
        this.#noise,
        geometry,
        varianceOf(geometry, width, 2 * (geometry.near + geometry.far)),
      ),
      state: count === 0 ? 'none' : isWeak ? 'weak' : 'good',
    };
  }
}
