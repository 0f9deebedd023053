import { errorMaker } from '@kilowink/core/error';

/** Everything that can fail on the page. The reader sees a sentence of the language files; these are for the console. */
export const webErrors = {
  'web/unreachable': { message: 'The server did not answer {path}', status: 503, retryable: true },
  'web/refused': {
    message: 'The server answered {path} with {status}: {detail}',
    status: 502,
    retryable: true,
  },
  'web/no-canvas': { message: 'This browser gives no 2d canvas', status: 500, retryable: false },
} as const;

/** Makes the page's errors by code. */
export const webError = errorMaker(webErrors);
