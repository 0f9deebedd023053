/** Where the HTTP API is. Version 1 stays as it is; what breaks it gets a new prefix. */
export const API_PREFIX = '/api/v1';

/** Buckets a query gets when it does not say, and at most. */
export const POINTS_DEFAULT = 1_000;
export const POINTS_MAX = 10_000;

/** Events one answer holds when the query does not say, and at most. */
export const EVENTS_DEFAULT = 100;
export const EVENTS_MAX = 1_000;

/** Days whose standing load one answer holds at most: each costs some 10 ms. */
export const STANDING_DAYS_MAX = 62;

/** Periods one comparison holds at most. */
export const PERIODS_MAX = 1_000;

/** Raw measurements one answer holds at most. */
export const WINDOWS_MAX = 20_000;

/** A firmware file holds at most so much, and its name so many characters. */
export const IMAGE_BYTES_MAX = 4 * 1_048_576;
export const IMAGE_NAME_LENGTH_MAX = 120;

/** A file of measurements has at most so many bytes over the network: ten years by half hours are 5 MB. */
export const IMPORT_BYTES_MAX = 8 * 1_048_576;
/** Its name, and what to call its series, so many characters: what file systems allow. */
export const IMPORT_NAME_LENGTH_MAX = 255;
